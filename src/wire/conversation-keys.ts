/** What sessions are found by. A key of one kind is never one of another: it begins with the word for it. */
import type { Exchange, Party, Session } from './conversation-types.ts'

const BASE = 'http://localhost'

/** By `Mcp-Session-Id`. */
export function idKey(server: string, id: string): string {
  return `id ${server} ${id}`
}

/** By what a 2024-11-05 stream announced: `target` is a path, or the target of a request. */
export function endpointKey(party: Party, target: string): string {
  return `endpoint ${party.server} ${pathOf(withoutPrefix(target, party))}`
}

export function isEndpointKey(key: string): boolean {
  return key.startsWith('endpoint ')
}

/** By who says to be asking, in the stateless era. */
export function clientKey<Frame, S, C>(
  { line: { party }, facts }: Exchange<Frame, S, C>,
  client: Session<S>['client'],
): string {
  return `client ${party.server} ${party.clientAddress} ${client?.name ?? ''} ${client?.version ?? ''} ${facts.identity}`
}

/** By its looks, where nothing else tells it. */
export function looseKey<Frame, S, C>({ line: { party }, facts }: Exchange<Frame, S, C>): string {
  return `loose ${party.server} ${party.clientAddress} ${facts.agent} ${facts.identity}`
}

/** Path and query that an `endpoint` event means, seen from the stream it came on, and the session id in them. */
export function endpointOf(
  uri: string,
  streamTarget: string,
  party: Party,
): { path: string; sessionId: string | null } {
  const path = pathOf(uri, pathOf(withoutPrefix(streamTarget, party)))
  const { searchParams } = new URL(path, BASE)
  return { path, sessionId: searchParams.get('sessionId') ?? searchParams.get('session_id') }
}

/** Path and query of a reference, or of an absolute request target. */
function pathOf(reference: string, base = '/'): string {
  const from = new URL(base, BASE)
  if (!URL.canParse(reference, from.href)) return reference
  const { pathname, search } = new URL(reference, from)
  return pathname + search
}

function withoutPrefix(target: string, { prefix = '' }: Party): string {
  return prefix !== '' && target.startsWith(`${prefix}/`) ? target.slice(prefix.length) : target
}
