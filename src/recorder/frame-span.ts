/** What a side tells of each frame. */
import type { Inflater } from '../wire/body.ts'
import type { FrameKind } from '../wire/frame.ts'
import type { Http1Head } from '../wire/http1.ts'

/**
 * What the payload of a body is wanted for. `skip`: nothing, the frame is an address. `whole`: handed over in one piece.
 * `stream`: cut into events.
 */
export interface BodyPlan {
  readonly mode: 'skip' | 'whole' | 'stream'
  readonly inflater: Inflater | null
  /** Keep the raw bytes from being stored until each frame is complete: it is to be redacted. */
  readonly hold: boolean
}

/** Address and instants of one frame. Valid, as it is, during the callback only; `sent` instants are 0 while not known. */
export interface FrameSpan {
  readonly kind: FrameKind
  readonly offset: number
  readonly length: number
  readonly lead: number
  readonly trail: number
  readonly pieces: string | null
  readonly size: number
  readonly receivedAt: number
  readonly receivedLastAt: number
  readonly sentAt: number
  readonly sentLastAt: number
  /** Without transfer framing, inflated; null where it was not wanted or is too large. */
  readonly payload: Uint8Array | null
  readonly inflated: boolean
  /** False where the direction ended, or bytes were lost, in the middle of it. */
  readonly complete: boolean
}

export interface FramingListener {
  /** A head is complete: its frame, and what is to become of the body behind it. */
  head(head: Http1Head, span: FrameSpan): BodyPlan
  frame(span: FrameSpan): void
  messageEnd(): void
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** To be filled by a side: one for all its frames, as they are four to a call. */
export const emptySpan = (): Writable<FrameSpan> => ({
  kind: 'opaque',
  offset: 0,
  length: 0,
  lead: 0,
  trail: 0,
  pieces: null,
  size: 0,
  receivedAt: 0,
  receivedLastAt: 0,
  sentAt: 0,
  sentLastAt: 0,
  payload: null,
  inflated: false,
  complete: true,
})
