/** Events that carry units, as they leave the first stage. */
import type { PipeEvent } from '../../pipe/action.ts'
import type { ConnectionInfo } from '../../pipe/tap.ts'
import type { SubjectMessage } from '../../filter/subject.ts'
import type { Direction, FrameKind, Transport } from '../../wire/frame.ts'
import type { Http1Head } from '../../wire/http1.ts'
import type { Unit } from '../unit.ts'
import { LiveSubject } from './subject.ts'
import type { Asked } from './talk.ts'

/** What one frame is about. */
export interface FrameParts {
  readonly kind: FrameKind
  readonly size: number
  readonly asked: Asked | null
  readonly head?: Http1Head | null
  readonly stream?: boolean
  readonly messages?: readonly SubjectMessage[]
  readonly content?: Uint8Array | null
}

/** Collects the events that one chunk brings about. */
export class UnitEvents {
  /** Arrival of the chunk that is being read. */
  at = 0
  /** Address of its first byte. */
  base = 0
  readonly direction: Direction
  transport: Transport
  readonly #info: ConnectionInfo
  readonly #tap: string
  #made: PipeEvent[] = []

  constructor(direction: Direction, info: ConnectionInfo, tap: string) {
    this.direction = direction
    this.transport = info.transport
    this.#info = info
    this.#tap = tap
  }

  begin(event: { readonly at: number; readonly offset: number }): void {
    this.at = event.at
    this.base = event.offset
  }

  take(): PipeEvent[] {
    const made = this.#made
    this.#made = []
    return made
  }

  subject({ kind, size, asked, head, stream, messages, content }: FrameParts): LiveSubject {
    return new LiveSubject({
      direction: this.direction,
      kind,
      at: this.at,
      size,
      transport: this.transport,
      server: this.#info.server,
      tap: this.#tap,
      secure: this.#info.secure === true,
      asked,
      head: head ?? null,
      stream: stream ?? false,
      messages: messages ?? NONE,
      content: content ?? null,
    })
  }

  /** Bytes at that address that mean nothing to faults. */
  opaque(raw: Uint8Array, offset: number, kind: FrameKind = 'opaque', span?: number): void {
    if (raw.length > 0) this.#put(raw, raw, offset, kind, span)
  }

  /** So many bytes at that address that do not go on. */
  withheld(length: number, offset: number, kind: FrameKind): void {
    this.#put(NOTHING, NOTHING, offset, kind, length)
  }

  /** A unit. `span`: how many bytes it stands for, where its bytes are not those that came. */
  unit(unit: Unit, raw: Uint8Array, payload: Uint8Array, offset: number, span?: number): void {
    const event = {
      kind: 'frame',
      at: this.at,
      offset,
      frame: { kind: unit.subject.kind, raw, payload },
      meaning: unit,
    } as const
    this.#made.push(span === undefined ? event : { ...event, span })
  }

  #put(raw: Uint8Array, payload: Uint8Array, offset: number, kind: FrameKind, span: number | undefined): void {
    const event = { kind: 'frame', at: this.at, offset, frame: { kind, raw, payload } } as const
    this.#made.push(span === undefined ? event : { ...event, span })
  }
}

const NONE: readonly SubjectMessage[] = []
const NOTHING = new Uint8Array(0)
