import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { errorBody } from './http-error.ts'
import type { FaultFrame } from './unit.ts'

export interface RpcErrorOptions {
  readonly code: number
  readonly message?: string | undefined
  readonly data?: unknown
}

/** What the codes mean (JSON-RPC 2.0 §5.1; MCP 2026-07-28 streamable-http), and the HTTP status 2026-07-28 gives them. */
const KNOWN: Readonly<Record<number, { readonly text: string; readonly status?: number }>> = {
  [-32700]: { text: 'Parse error' },
  [-32600]: { text: 'Invalid Request' },
  [-32601]: { text: 'Method not found', status: 404 },
  [-32602]: { text: 'Invalid params' },
  [-32603]: { text: 'Internal error' },
  [-32020]: { text: 'Header mismatch', status: 400 },
  [-32021]: { text: 'Missing required client capability', status: 400 },
  [-32022]: { text: 'Unsupported protocol version', status: 400 },
}

const textOf = ({ code, message }: RpcErrorOptions): string => message ?? KNOWN[code]?.text ?? 'Injected error'

/**
 * Answers a request with a JSON-RPC error; the server never sees it. In the stateless era with the HTTP status the specification gives the
 * code; on the HTTP+SSE pair with 400, as its client reads errors of a POST by their status.
 */
export const rpcError: Fault<RpcErrorOptions> = {
  type: 'rpc-error',
  level: 3,
  summary: 'answers requests with a JSON-RPC error; the server never sees them',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  narrow: 'dir:c2s kind:request',
  direction: 'c2s',
  per: 'message',
  displaces: () => true,
  ends: true,
  options: z.strictObject({
    code: z.int().default(-32603).describe('The error code'),
    message: z.string().optional().describe('Its message; default: what the code means'),
    data: z
      .unknown()
      .optional()
      .describe('Its data; default: what the specification asks for with -32021 and -32022, else none'),
  }),
  explain: (options) => `answers {it} with error ${options.code} (${textOf(options)})`,
  stage: (options, tools) => (event) => {
    if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
    const actions = refusal(options, event)
    if (actions !== null) return actions
    tools.notApplied('no request that can be answered here')
    return [pass(event)]
  },
}

function refusal(options: RpcErrorOptions, { meaning }: FaultFrame): readonly FaultAction[] | null {
  const { subject } = meaning
  const { code, data = dataOf(code, subject.header('mcp-protocol-version')) } = options
  const ids = subject.messages.filter(({ kind }) => kind === 'request').map(({ id }) => id ?? 'null')
  if (ids.length === 0) return null
  const errors = ids.map((id) => errorBody(code, textOf(options), id, data))
  const json = errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(',')}]`
  // of the pair of 2024-11-05 nobody reads the body of a 200: its answers come on another connection
  const status = subject.transport === 'sse' ? 400 : subject.era === 'stateless' ? KNOWN[code]?.status : undefined
  const withStatus = status === undefined ? null : meaning.respond(status, { 'Content-Type': 'application/json' }, json)
  const bytes = withStatus ?? meaning.answer(json)
  return bytes === null ? null : [{ do: 'reply', bytes }]
}

function dataOf(code: number, requested = ''): unknown {
  if (code === -32021) return { requiredCapabilities: { sampling: {} } }
  return code === -32022 ? { supported: ['1999-01-01'], requested } : undefined
}
