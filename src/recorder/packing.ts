/**
 * Tap calls in one transferable buffer: packed on the live thread, visited in the recorder's.
 *
 * ```
 * record: u32 kind | direction << 8 | flags << 16 · u32 connection · u32 payload length · u32 extra · f64 a · f64 b · f64 c · payload, padded to 8
 * ```
 */
import type { Decision, Held } from '../pipe/decision.ts'
import type { ConnectionInfo, UpstreamInfo } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'

/** Traffic that could not be kept. */
export interface Loss {
  readonly from: number
  readonly to: number
  readonly chunks: number
  readonly bytes: number
  readonly reason: string
}

/** What was packed, given back in order. Chunk bytes are a view into the buffer: valid, and free to be written, during the call only. */
export interface RecordVisitor {
  opened(connection: number, at: number, info: ConnectionInfo): void
  upstream(connection: number, info: UpstreamInfo): void
  chunk(connection: number, chunk: PackedChunk): void
  sent(connection: number, direction: Direction, upTo: number, at: number): void
  edited(connection: number, edit: PackedEdit): void
  ended(connection: number, direction: Direction, at: number, ending: Ending, unsent: number): void
  closed(connection: number, at: number): void
  logged(connection: number, at: number, bytes: Uint8Array): void
  note(connection: number, at: number, kind: string, detail: unknown): void
  decided(decision: Decision): void
  held(message: Held): void
  /** The place where somebody wants to know what is open. */
  marker(id: number): void
  loss(loss: Loss): void
}

export interface PackedChunk {
  readonly direction: Direction
  readonly bytes: Uint8Array
  /** Address of the first byte: what was lost before it shows as a gap. */
  readonly offset: number
  readonly receivedAt: number
  /** 0: not known yet, `sent` follows. */
  readonly sentAt: number
  readonly border: boolean
}

export interface PackedEdit {
  readonly direction: Direction
  readonly offset: number
  readonly removed: number
  /** Empty for `header:<name>` rules: what these put in is never recorded. */
  readonly bytes: Uint8Array
  readonly rule: string
  /** The bytes removed, where they were given. */
  readonly was: Uint8Array | null
  /** Address these bytes came at, where they leave late or once more. */
  readonly came: number | null
  /** When they left, where they stand in the place of none; null where that was not told. */
  readonly at: number | null
}

/** A buffer that is full or due, and what is in it. */
export interface PackedBuffer {
  readonly buffer: ArrayBuffer
  /** Bytes in use. */
  readonly length: number
  readonly chunks: number
  readonly chunkBytes: number
  /** Instants of its first and last chunk; 0 when it has none. */
  readonly from: number
  readonly to: number
}

/** Bytes in front of each payload. */
export const HEADER = 40

/** What a record is: the low byte of its first word. */
export const KIND = {
  opened: 1,
  upstream: 2,
  chunk: 3,
  sent: 4,
  edited: 5,
  ended: 6,
  closed: 7,
  note: 8,
  loss: 9,
  logged: 10,
  decided: 11,
  held: 12,
  marker: 13,
} as const

/** Flags of the first word: the direction is `s2c`; a message begins at the first byte. */
export const S2C = 1 << 8
export const BORDER = 1 << 16
/** Of an edit: its third number is the address its bytes came at. */
export const CAME = 1 << 17
/** Of an edit that removes nothing: its second number is when it was made. */
export const TIMED = 1 << 18
