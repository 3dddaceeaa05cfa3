/** What the fault engine decided, for the record. */
import type { Direction } from '../wire/frame.ts'

/** What became of a message at a breakpoint. `client-left`: its client has closed, nobody gets it; `lost`: its connection was ended otherwise. */
export type HeldEnd = 'sent' | 'edited' | 'dropped' | 'client-left' | 'lost'

/** Whose message waits, as far as is known. Of an answer, `method` and `tool` are those of what was asked. */
export interface HeldAbout {
  readonly kind: string | null
  readonly method: string | null
  readonly tool: string | null
  /** `name version`. */
  readonly client: string | null
  /** `Mcp-Session-Id`. */
  readonly session: string | null
}

/** A message at a breakpoint: told once when it begins to wait (`held`), and again, with the same address, when it does not any more. */
export interface Held {
  readonly at: number
  readonly rule: string
  readonly connection: number
  readonly direction: Direction
  readonly offset: number
  /** When it is sent on by itself. */
  readonly deadline: number
  /** JSON text it carries; null when there is none. */
  readonly payload: string | null
  /** Told with `held`. */
  readonly about?: HeldAbout
  readonly state: 'held' | HeldEnd
}

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
