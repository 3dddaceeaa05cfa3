import type { Http1Head } from '../../wire/http1.ts'
import type { HeadFacts } from './head-facts.ts'
import { HttpUnit } from './http-unit.ts'
import { readJson } from './message-plan.ts'
import type { Asked, ConnectionTalk } from './talk.ts'
import type { UnitEvents } from './unit-events.ts'

export interface WholeParts {
  readonly events: UnitEvents
  readonly talk: ConnectionTalk
  readonly asked: Asked | null
  readonly head: Http1Head
  readonly facts: HeadFacts
  readonly payload: Uint8Array
  readonly raw: Uint8Array
  readonly from: number
  readonly maxBytes: number
}

/** Tells of the unit of a head and its whole body; what that says is heard. */
export function wholeUnit({ events, talk, asked, head, facts, payload, raw, from, maxBytes }: WholeParts): void {
  const { direction, at } = events
  const json = readJson(head, facts, payload, maxBytes)
  const messages = json === null ? [] : talk.messages(asked, direction, json, at)
  const subject = events.subject({
    kind: payload.length === 0 ? 'head' : 'body',
    size: raw.length,
    asked,
    head,
    messages,
    content: json ?? payload,
  })
  const headBytes = head.raw.length
  const { framing } = head
  const { coded } = facts
  const part = 'all'
  // written out: spreading an object costs 3 µs here
  const parts = { direction, subject, asked, raw, headBytes, head, payload, json, coded, framing, part } as const
  events.unit(new HttpUnit(parts), raw, payload, from)
}

/** What passed as it came is heard all the same. */
export function hearWhole({ events, talk, asked, head, facts, payload, maxBytes }: WholeParts): void {
  const json = readJson(head, facts, payload, maxBytes)
  if (json !== null) talk.messages(asked, events.direction, json, events.at)
}
