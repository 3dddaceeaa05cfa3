/** What a message tells about the session it is in. */
import type { Exchange, Talk } from './conversation-types.ts'
import type { ScannedMessage } from './jsonrpc.ts'
import { eraOf } from './mcp.ts'

/** Era, revision and client of a conversation by itself, as its newest message tells them. Gives whether anything is new. */
export function learn<Frame, S, C>(
  talk: Talk<Frame, S, C>,
  exchange: Exchange<Frame, S, C>,
  message: ScannedMessage,
): boolean {
  const { revision, client } = message
  const begins = message.method === 'initialize' && message.kind === 'request'
  const stateless = revision !== null && !begins && message.kind !== 'response' && eraOf(revision) === 'stateless'
  const era = stateless ? 'stateless' : begins ? 'stateful' : (talk.era ?? 'stateful')
  if (era === talk.era && !begins && (client === null || sameClient(client, talk.client))) return false
  talk.era = exchange.era = era
  talk.client = client ?? talk.client
  if (stateless || begins) talk.revision = exchange.revision = revision ?? talk.revision
  return true
}

/** Name and version are the same, or both are unknown. */
export function sameClient(
  a: { name: string; version: string } | null,
  b: { name: string; version: string } | null,
): boolean {
  return a === b || (a !== null && b !== null && a.name === b.name && a.version === b.version)
}
