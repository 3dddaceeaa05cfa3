/** What the fault engine decided, for the record. */
import type { Direction } from '../wire/frame.ts'

/** One decision of the engine, queued for the capture before its bytes act. */
export interface Decision {
  readonly at: number
  readonly rule: string
  readonly revision: number
  readonly connection: number
  readonly direction: Direction | null
  /** Address of the frame it was about; null for connections, dials, ticks. */
  readonly offset: number | null
  readonly length: number | null
  /** Scope and key of the draw, `message s2c tools/call search 3`. */
  readonly scope: string
  /** 0 ≤ draw < 1; null when nothing had to be drawn. */
  readonly draw: number | null
  /** The envelope said yes. */
  readonly fired: boolean
  /** What is done: `drop`, `wait 200 ms`, `cut rst`, …; or `not applied: <why>`, `healed`, `bug: <message>`. */
  readonly action: string
  /** How long it was held, µs; known for what was held. */
  readonly heldUs: number | null
}
