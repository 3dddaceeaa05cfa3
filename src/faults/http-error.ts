/** Answers of ours to HTTP requests, in the words SDK servers use. */
import type { FaultAction } from './fault.ts'
import type { FaultFrame, HeaderChanges, Unit } from './unit.ts'

/** A response in place of the server's, which never sees the request. Nothing where the unit is no request. */
export function respondWith(
  event: FaultFrame,
  status: number,
  headers: HeaderChanges,
  body: string,
): readonly FaultAction[] | null {
  const bytes = event.meaning.respond(status, headers, body)
  return bytes === null ? null : [{ do: 'reply', bytes }]
}

/** A JSON-RPC error as an HTTP body; `id` is the JSON text of the request's id. */
export function errorBody(code: number, message: string, id = 'null', data?: unknown): string {
  const more = data === undefined ? '' : `,"data":${JSON.stringify(data)}`
  return `{"jsonrpc":"2.0","error":{"code":${code},"message":${JSON.stringify(message)}${more}},"id":${id}}`
}

/** JSON text of the id of the first request in it. */
export const requestId = (unit: Unit): string =>
  unit.subject.messages.find(({ kind }) => kind === 'request')?.id ?? 'null'

/** A challenge as MCP asks for it (2025-06-18 and later, authorization; RFC 9728 §5.1), from the name the client uses for the server. */
export function challenge(unit: Unit, error: 'invalid_token' | 'insufficient_scope'): string {
  const { subject } = unit
  const host = subject.header('host') ?? 'localhost'
  const path = (subject.path ?? '/').split('?')[0] ?? '/'
  const metadata = `${unit.scheme ?? 'http'}://${host}/.well-known/oauth-protected-resource${path === '/' ? '' : path}`
  return `Bearer error="${error}", resource_metadata="${metadata}"`
}
