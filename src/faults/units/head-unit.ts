import type { Http1Head } from '../../wire/http1.ts'
import type { HeadFacts } from './head-facts.ts'
import { HttpUnit } from './http-unit.ts'
import { streamPlan, type StreamPlan } from './message-plan.ts'
import type { Asked } from './talk.ts'
import type { UnitEvents } from './unit-events.ts'

export interface HeadParts {
  readonly events: UnitEvents
  readonly asked: Asked | null
  readonly head: Http1Head
  readonly facts: HeadFacts
  readonly raw: Uint8Array
  readonly from: number
  /** An event stream comes behind it. */
  readonly opensStream: boolean
}

const NOTHING = new Uint8Array(0)

/** Tells of a head that is a unit by itself, before what it opens; gives how the stream goes out, if it opens one. */
export function headUnit({ events, asked, head, facts, raw, from, opensStream }: HeadParts): StreamPlan | null {
  const plan = opensStream ? streamPlan(head, facts, asked) : null
  const written = plan?.rewritten ?? raw
  const unit = new HttpUnit({
    direction: events.direction,
    subject: events.subject({ kind: 'head', size: raw.length, asked, head, stream: plan !== null }),
    asked,
    raw: written,
    headBytes: written.length,
    head,
    payload: NOTHING,
    json: null,
    coded: false,
    framing: plan === null ? head.framing : plan.framing === 'length' ? 'chunked' : plan.framing,
    part: plan !== null ? 'stream' : head.framing === 'tunnel' ? 'all' : 'coded',
  })
  events.unit(unit, written, NOTHING, from, written === raw ? undefined : raw.length)
  return plan
}
