import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { errorBody } from './http-error.ts'
import type { FaultFrame } from './unit.ts'

export interface RpcErrorOptions {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** 2026-07-28 gives these errors a status of their own. */
const STATUS: Readonly<Record<number, number>> = { [-32020]: 400, [-32021]: 400, [-32022]: 400, [-32601]: 404 }

/** Answers a request with a JSON-RPC error; the server never sees it. In the stateless era with the HTTP status the specification gives the code. */
export const rpcError: Fault<RpcErrorOptions> = {
  type: 'rpc-error',
  level: 3,
  summary: 'answers requests with a JSON-RPC error; the server never sees them',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  narrow: 'dir:c2s kind:request',
  direction: 'c2s',
  per: 'message',
  ends: true,
  options: z.strictObject({
    code: z.int().default(-32603).describe('The error code'),
    message: z.string().default('Internal error (mitmcp fault)').describe('Its message'),
    data: z.unknown().optional().describe('Its data'),
  }),
  explain: ({ code, message }) => `answers {it} with error ${code} (${message})`,
  stage: (options, tools) => (event) => {
    if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
    const actions = refusal(options, event)
    if (actions !== null) return actions
    tools.notApplied('no request that can be answered here')
    return [pass(event)]
  },
}

function refusal({ code, message, data }: RpcErrorOptions, { meaning }: FaultFrame): readonly FaultAction[] | null {
  const { subject } = meaning
  const ids = subject.messages.filter(({ kind }) => kind === 'request').map(({ id }) => id ?? 'null')
  if (ids.length === 0) return null
  const errors = ids.map((id) => errorBody(code, message, id, data))
  const json = errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(',')}]`
  const status = subject.era === 'stateless' ? STATUS[code] : undefined
  const bytes =
    status === undefined ? meaning.answer(json) : meaning.respond(status, { 'Content-Type': 'application/json' }, json)
  return bytes === null ? null : [{ do: 'reply', bytes }]
}
