/** One direction of stdio, in units. */
import type { NamedStage, PipeEvent } from '../../pipe/action.ts'
import { pass } from '../../pipe/action.ts'
import { createLineFramer } from '../../wire/lines.ts'
import { LineUnit } from './line-unit.ts'
import type { Asked, ConnectionTalk } from './talk.ts'
import type { UnitEvents } from './unit-events.ts'
import type { Place, WatchOptions } from './watch-types.ts'

const LF = 10
const MAX_BYTES = 16 * 1024 * 1024

export interface LineSideOptions {
  readonly events: UnitEvents
  readonly talk: ConnectionTalk
  readonly asked: Asked
  readonly watch: WatchOptions
}

export class LineSide {
  readonly entry: NamedStage
  readonly #options: LineSideOptions
  readonly #framer
  /** Address of the next line; -1 before the first byte. */
  #at = -1
  /** A line that began before us is still passing. */
  #within = false
  /** Where it is not known yet whether one is. */
  #place: Place | null = null
  #tooLarge = false

  constructor(options: LineSideOptions) {
    this.#options = options
    this.#framer = createLineFramer({ maxFrameBytes: options.watch.maxUnitBytes ?? MAX_BYTES })
    this.entry = {
      rule: 'framing',
      framing: true,
      stage: (event) => this.#stage(event).map(pass),
      release: () => this.#release(),
    }
  }

  readonly aligned = true

  attach(place: Place): void {
    this.#place = place
    this.#look(place.pipe.received)
  }

  #look(offset: number): void {
    const { given, border } = this.#place!.pipe
    // what is on its way to the pipe's end still tells
    this.#within = given !== offset || !border
    if (given === offset) this.#place = null
  }

  #stage(event: PipeEvent): PipeEvent[] {
    const { events } = this.#options
    if (event.kind === 'end') {
      for (const { raw } of this.#framer.flush()) events.opaque(raw, this.#at, 'end')
      return [...events.take(), event]
    }
    if (event.kind !== 'chunk') return [event]
    events.begin(event)
    if (this.#place !== null) this.#look(event.offset)
    this.#place = null
    this.#read(event.bytes, event.offset)
    return events.take()
  }

  #read(bytes: Uint8Array, offset: number): void {
    let from = 0
    if (this.#within) {
      const end = bytes.indexOf(LF)
      from = end === -1 ? bytes.length : end + 1
      this.#within = end === -1
      this.#options.events.opaque(bytes.subarray(0, from), offset)
      if (from === bytes.length) return
    }
    if (this.#at === -1 || from > 0) this.#at = offset + from
    for (const { kind, raw, payload } of this.#framer.push(bytes.subarray(from))) {
      if (kind === 'line') this.#line(raw, payload)
      else this.#piece(raw)
      this.#at += raw.length
    }
  }

  #line(raw: Uint8Array, text: Uint8Array): void {
    const { events, talk, asked } = this.#options
    const messages = talk.messages(asked, events.direction, text, events.at)
    const subject = events.subject({ kind: 'line', size: raw.length, asked, messages, content: text })
    events.unit(new LineUnit(subject, raw, text), raw, text, this.#at)
  }

  #piece(raw: Uint8Array): void {
    const { events, watch } = this.#options
    if (!this.#tooLarge) watch.leftAlone?.({ direction: events.direction, offset: this.#at, reason: 'too large' })
    this.#tooLarge = raw.at(-1) !== LF
    events.opaque(raw, this.#at)
  }

  #release(): PipeEvent[] {
    const { events } = this.#options
    return this.#framer.flush().map(({ raw }) => ({ kind: 'chunk', at: events.at, offset: this.#at, bytes: raw }))
  }
}
