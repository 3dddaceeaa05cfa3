/** Lines of the log; part of `rows.ts`. */
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'

/**
 * A line of the record that is not traffic. `stderr`: detail `{text}`; `exit`: `{code, signal}`; `signal`: one that was passed on; `ending`:
 * an exchange that did not end as it should, `BrokenOff`; `resume`: a client takes up a stream again, `Resumed`.
 */
export interface LogRow {
  readonly id: number
  readonly instance: number
  readonly connection: number | null
  /** Session uid. */
  readonly session: string | null
  /** The exchange it is about. */
  readonly flow: number | null
  readonly at: number
  readonly kind: string
  readonly detail: unknown
}

/** Detail of an `ending`. Of one by a fault `detail` is the rule. */
export interface BrokenOff extends Ending {
  readonly direction: Direction
  readonly verb: string | null
  readonly target: string | null
  /** Of an answer that a rule made. */
  readonly status?: number
}

/** Detail of a `resume`. */
export interface Resumed {
  readonly verb: string | null
  readonly target: string | null
  /** `Last-Event-ID`. */
  readonly after: string
}
