import type { PipeEvent } from '../../pipe/action.ts'
import { bytesOf } from '../../pipe/action.ts'
import { SocketUnit } from './socket-unit.ts'

/** RSV1 in the first byte of a frame: what it carries is compressed (RFC 7692 §6). */
const COMPRESSED = 0x40

/** A compressed message, as it came. */
interface Message {
  readonly from: number
  readonly to: number
  readonly raw: Uint8Array
  readonly unit: SocketUnit
  /** Of the bytes as they came, how many have left, where it leaves in pieces. */
  left: number
  /** It has left as another, all of it at once. */
  replaced: boolean
}

type Carrying = Extract<PipeEvent, { kind: 'chunk' | 'frame' }>

/**
 * The compression context that all messages of one direction of a WebSocket share (RFC 7692 §7.1.1). Each of them has to get to the peer
 * once, as it was compressed, and in order; once rules have left one out, changed or moved it, what follows can be read only uncompressed,
 * which the extension allows for each message. Ours, and recorded as `framing`.
 */
export class SharedContext {
  /** The peer has not what the next messages are compressed with. It never will again. */
  broken = false
  /** The last one that left in its place. */
  #last: Message | null = null
  /** Those that have come and not left, oldest first. */
  #due: Message[] = []

  /** Something has come that has not left. */
  get busy(): boolean {
    return this.#due.length > 0
  }

  /** A message has come at that address, in so many bytes. */
  came(from: number, span: number, raw: Uint8Array, unit: SocketUnit): void {
    if (!this.broken) this.#due.push({ from, to: from + span, raw, unit, left: 0, replaced: false })
  }

  /** What is to leave in place of this; null for nothing. */
  leaves(event: PipeEvent): PipeEvent | null {
    if (event.kind !== 'chunk' && event.kind !== 'frame') return event
    const { offset } = event
    const isIt = ({ from, to }: Message): boolean => from <= offset && offset < to
    if (this.#last !== null && isIt(this.#last)) return this.#again(event, this.#last)
    const at = this.#due.findIndex(isIt)
    if (at !== -1) return this.#first(event, at)
    return event.kind === 'frame' && isCompressed(event)
      ? plain(event, event.meaning as SocketUnit, spanOf(event))
      : event
  }

  /** Nothing is on its way, and nobody holds anything: what has come and not left will not. */
  idle(): void {
    this.broken ||= this.#due.length > 0
    this.#due = []
  }

  #first(event: Carrying, at: number): PipeEvent | null {
    const message = this.#due[at]!
    const bytes = bytesOf(event)!
    const isCarried = isPartOf(bytes, message.raw) || (event.kind === 'frame' && isCompressed(event))
    const isNext = at === 0 && !this.broken && (this.#last === null || this.#last.left >= this.#last.raw.length)
    this.broken ||= !isCarried || !isNext
    this.#due.splice(at, 1)
    this.#last = message
    message.left = event.kind === 'frame' ? message.raw.length : bytes.length
    if (!isCarried || isNext) return event
    message.replaced = true
    return plain(event, message.unit, message.to - message.from)
  }

  /** Its next piece; or all of it once more, which must not go through the context twice. */
  #again(event: Carrying, message: Message): PipeEvent | null {
    const bytes = bytesOf(event)!
    if (!isPartOf(bytes, message.raw)) return event
    if (event.kind === 'frame') return plain(event, message.unit, spanOf(event))
    const isNew = event.offset === message.from
    message.left = isNew ? bytes.length : message.left + bytes.length
    if (!isNew) return message.replaced ? null : event
    message.replaced = true
    return plain(event, message.unit, message.to - message.from)
  }
}

/** The message as a whole, uncompressed; as it is where it cannot be read. */
function plain(event: Carrying, { plain: raw }: SocketUnit, span: number): PipeEvent {
  if (raw === null) return event
  const { at, offset } = event
  return { kind: 'frame', at, offset, span, frame: { kind: 'message', raw, payload: raw } }
}

const spanOf = ({ frame, span }: Extract<PipeEvent, { kind: 'frame' }>): number => span ?? frame.raw.length

const isCompressed = ({ frame, meaning }: Extract<PipeEvent, { kind: 'frame' }>): boolean =>
  meaning instanceof SocketUnit && meaning.plain !== null && ((frame.raw[0] ?? 0) & COMPRESSED) !== 0

/** The same bytes in memory. */
const isPartOf = (bytes: Uint8Array, raw: Uint8Array): boolean =>
  bytes.buffer === raw.buffer &&
  bytes.byteOffset >= raw.byteOffset &&
  bytes.byteOffset + bytes.length <= raw.byteOffset + raw.length
