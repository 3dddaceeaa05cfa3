/** What happened on a pipe, and what a stage wants done about it: the only two doors of a stage. */
import type { Frame } from '../wire/frame.ts'
import type { Ending } from '../wire/ending.ts'
import type { Likeness } from './likeness.ts'

/** Arrival of the bytes, and their address: how many bytes came before them in this direction. */
interface Arrived {
  readonly at: number
  readonly offset: number
}

/**
 * - `chunk`: bytes as read (cut-through)
 * - `frame`: a whole frame, only behind a stage that makes frames; `meaning` is its own, for stages that know it; `span`: how many received bytes it stands for,
 *   where that is not the length of its `raw` (it was edited); `came`: these bytes, of which only some lines were edited: the others go on as they came
 * - `end`: nothing more will come
 * - `tick`: `Pipe.tick` was called for this stage; it goes to no other. Its actions stand behind what has passed the stage already, before all else
 */
export type PipeEvent =
  | (Arrived & { readonly kind: 'chunk'; readonly bytes: Uint8Array })
  | (Arrived & {
      readonly kind: 'frame'
      readonly frame: Frame
      readonly meaning?: object
      readonly span?: number
      readonly came?: Uint8Array
    })
  | { readonly kind: 'end'; readonly at: number; readonly ending: Ending }
  | { readonly kind: 'tick'; readonly at: number; readonly token: unknown }

/** How we end a connection. `ws:<code>` and `clean` are a `write` of what the framing asks for, then `fin`. */
export type CutHow = 'fin' | 'rst' | 'hang'
export type CutSide = 'both' | 'client' | 'server'

/**
 * - `pass`: on to the next stage, at last out; edited or not
 * - `wait`: holds this pipe, order kept, until `ms` after the event's arrival (waits of one event add up), or after now
 * - `write`: bytes of ours
 * - `reply`: bytes of ours back to where the event came from
 * - `cut`: ends the connection: `fin` closes without the terminator the framing asks for, `rst` resets, `hang` sends nothing more and stays open
 * - `hold`: nothing goes on until `Pipe.release(until)`, or a `release`
 * - `release`: ends holds of that name, behind the other actions of its event
 */
export type Action =
  | { readonly do: 'pass'; readonly event: PipeEvent }
  | { readonly do: 'wait'; readonly ms: number; readonly since?: 'arrival' | 'now' }
  | { readonly do: 'write'; readonly bytes: Uint8Array }
  | { readonly do: 'reply'; readonly bytes: Uint8Array }
  | { readonly do: 'cut'; readonly how: CutHow; readonly side: CutSide }
  | { readonly do: 'hold'; readonly until: string }
  | { readonly do: 'release'; readonly until: string }

/** Pure: an event in, actions out; no action drops the event. State lives in the closure. */
export type Stage = (event: PipeEvent) => readonly Action[]

/** A stage with its name in the record. */
export interface NamedStage {
  readonly rule: string
  readonly stage: Stage
  /** Gives back events it holds, in order, when it is taken out. */
  readonly release?: () => readonly PipeEvent[]
  /** It makes frames of chunks: what it passes has the bytes received at that address, unless a `span` says otherwise, and an arrival of its own. */
  readonly framing?: true
  /**
   * Of a first stage, asked where nothing is on its way: whether these bytes matter to no stage. They then leave as if there were none, and no stage is shown
   * them; the first has taken note, and may know what they are like. Default: all matter.
   */
  readonly spares?: (bytes: Uint8Array, at: number) => Likeness | boolean
  /** Bytes of ours that go past it: written by a stage before it, or put in from outside. */
  readonly wrote?: (bytes: Uint8Array) => void
  /** The source has ended, while what came before may still wait here; the event comes behind that. */
  readonly ended?: () => void
  /** Whether it has put events by. */
  readonly holds?: () => boolean
  /** What came in is out or gone: nothing waits in the pipe, and no stage holds anything. */
  readonly idle?: () => void
}

/** Lets the event go on as it is. */
export function pass(event: PipeEvent): Action {
  return { do: 'pass', event }
}

/** The bytes an event stands for; none for `end` and `tick`. */
export function bytesOf(event: PipeEvent): Uint8Array | undefined {
  if (event.kind === 'chunk') return event.bytes
  return event.kind === 'frame' ? event.frame.raw : undefined
}
