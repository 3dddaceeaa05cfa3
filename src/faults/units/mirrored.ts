/** Headers of the stateless era that say again what the body says (MCP 2026-07-28 streamable-http, "Request headers"). */
import type { Http1Head } from '../../wire/http1.ts'
import { decodeHeaderValue, encodeHeaderValue } from '../../wire/mcp.ts'
import type { HeaderChanges } from '../unit.ts'

interface Asking {
  readonly method?: unknown
  readonly params?: {
    readonly name?: unknown
    readonly uri?: unknown
    readonly taskId?: unknown
    readonly arguments?: Readonly<Record<string, unknown>>
    readonly _meta?: Readonly<Record<string, unknown>>
  }
}

const NAMED: Readonly<Record<string, 'name' | 'uri' | 'taskId'>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

function parsed(json: string): Asking | null {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/**
 * How the headers follow from `before` to `after`. Only a client that says them gets them changed: nothing is made up for one that does not. A
 * `Mcp-Param-…` follows the one argument that had its value before; where several had, none is followed.
 */
export function mirroredHeaders(head: Http1Head, before: string, after: string): HeaderChanges {
  const now = parsed(after)
  if (now === null || head.field('mcp-method') === undefined) return {}
  const changes: Record<string, string | null> = {}
  const set = (name: string, value: unknown): void => {
    const old = head.field(name.toLowerCase())
    const text = textOf(value)
    const same = old === undefined ? text === null : decodeHeaderValue(old) === text
    if (!same) changes[name] = text === null ? null : encodeHeaderValue(text)
  }
  const method = textOf(now.method)
  if (method !== null && method !== head.field('mcp-method')) changes['Mcp-Method'] = method
  const key = method === null ? undefined : NAMED[method]
  set('Mcp-Name', key === undefined ? null : now.params?.[key])
  const revision = textOf(now.params?._meta?.['io.modelcontextprotocol/protocolVersion'])
  const said = head.field('mcp-protocol-version')
  if (revision !== null && said !== undefined && revision !== said) changes['MCP-Protocol-Version'] = revision
  const [was, is] = [parsed(before)?.params?.arguments ?? {}, now.params?.arguments ?? {}]
  for (const name of paramHeaders(head)) {
    const value = decodeHeaderValue(head.field(name) ?? '')
    const keys = Object.keys(was).filter((each) => textOf(was[each]) === value)
    if (keys.length === 1) set(name, is[keys[0]!])
  }
  return changes
}

const paramHeaders = ({ raw }: Http1Head): string[] =>
  Buffer.from(raw)
    .toString('latin1')
    .toLowerCase()
    .match(/(?<=\n)mcp-param-[^\s:]+(?=[ \t]*:)/g) ?? []

/** As a header says it; null for what none says. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}
