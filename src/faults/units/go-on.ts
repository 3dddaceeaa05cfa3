/** Clients that wait for a `100 Continue` before they send a body (RFC 9110 §10.1.1): where that is to be a unit they hear it from us. */
import type { Action } from '../../pipe/action.ts'
import type { Exchange, Http1Head } from '../../wire/http1.ts'
import type { HeadFacts } from './head-facts.ts'
import type { Asked } from './talk.ts'
import type { UnitEvents } from './unit-events.ts'

const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n')

/** What a client gets whose request has come as far as that: its head alone, once. */
export function goOn(asked: Asked, { waits }: HeadFacts, received: number): readonly Action[] {
  if (!waits || asked.continued === true || received > 0) return []
  asked.continued = true
  return [{ do: 'reply', bytes: CONTINUE }]
}

/** A client has been told by us, and its server may tell it again. */
export const toldByUs = (exchange: Exchange | null | undefined): boolean =>
  (exchange as Asked | null | undefined)?.continued === true

/** An answer that comes before the answer, to that exchange. One `100 Continue` is enough for a client: it may not expect another. */
export function interim(events: UnitEvents, { status }: Http1Head, raw: Uint8Array, from: number, to?: Exchange): void {
  if (status === 100 && toldByUs(to)) events.withheld(raw.length, from, 'head')
  else events.opaque(raw, from, 'head')
}
