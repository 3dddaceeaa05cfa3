/** What one direction of HTTP is made with, and whom it asks and tells. */
import type { Standing } from '../../pipe/policy.ts'
import type { Http1Head, Outstanding } from '../../wire/http1.ts'
import type { HeadFacts } from './head-facts.ts'
import type { Spared } from './spared.ts'
import type { Asked, ConnectionTalk } from './talk.ts'
import type { UnitEvents } from './unit-events.ts'
import type { WatchOptions } from './watch-types.ts'

export interface HttpSideOptions {
  readonly events: UnitEvents
  readonly talk: ConnectionTalk
  readonly outstanding: Outstanding
  readonly watch: WatchOptions
  /** Which request it is, or answers. */
  asked(head: Http1Head, facts: HeadFacts): Asked | null
  /** The head of a response begins at this address. `final`: no 1xx. */
  begins?(offset: number, final: boolean): void
  /** What need not be understood, in both directions. */
  readonly spared: Spared
  /** A response is complete. */
  answered?(asked: Asked | null): void
  /** Behind this head of a response the connection is another. */
  switched?(asked: Asked | null, head: Http1Head): void
  /** Whether the other side has found a place: without it nothing is known of this one. */
  ready?(): boolean
  /** The side has found a place to go on from. */
  joined?(standing: Standing): void
}
