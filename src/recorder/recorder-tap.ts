import type { Decision, Held } from '../pipe/decision.ts'
import type { ConnectionInfo, Tap, UpstreamInfo } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { LossCounter } from './loss.ts'
import type { Packer } from './packer.ts'
import type { Loss } from './packing.ts'

/** A tap that packs, or counts while nothing is kept. */
export interface RecorderTap extends Tap {
  /** Recording goes on: writes the loss, what ended meanwhile, and the connections the thread does not know. */
  resume(loss: Loss): void
  /** The thread is gone, and with it all that it knew. */
  forget(): void
}

interface Live {
  readonly openedAt: number
  readonly info: ConnectionInfo
  upstream: UpstreamInfo | null
  /** The thread knows it. */
  told: boolean
  c2s: number
  s2c: number
}

/** Endings kept for later while nothing is recorded; the connections of the rest stay without. */
const MAX_LATER = 10_000

/** `arm`: something was packed. A connection it does not know is passed over: a tap may not throw. */
export function createRecorderTap(packer: Packer, lost: LossCounter, arm: () => void): RecorderTap {
  return new CountingTap(packer, lost, arm)
}

class CountingTap implements RecorderTap {
  readonly #packer: Packer
  readonly #lost: LossCounter
  readonly #arm: () => void
  readonly #live = new Map<number, Live>()
  #later: (() => void)[] = []

  constructor(packer: Packer, lost: LossCounter, arm: () => void) {
    this.#packer = packer
    this.#lost = lost
    this.#arm = arm
  }

  opened(connection: number, at: number, info: ConnectionInfo): void {
    const line: Live = { openedAt: at, info, upstream: null, told: false, c2s: 0, s2c: 0 }
    this.#live.set(connection, line)
    if (this.#lost.active) return
    this.#tell(connection, line)
    this.#arm()
  }

  upstream(connection: number, info: UpstreamInfo): void {
    const line = this.#live.get(connection)
    if (line === undefined) return
    line.upstream = info
    if (line.told) this.#put(() => this.#packer.upstream(connection, info))
  }

  chunk(
    connection: number,
    direction: Direction,
    bytes: Uint8Array,
    receivedAt: number,
    sentAt: number,
    border: boolean,
  ): void {
    const line = this.#live.get(connection)
    if (line === undefined) return
    const offset = line[direction]
    line[direction] = offset + bytes.length
    if (this.#lost.active) return this.#lost.add(receivedAt, receivedAt, 1, bytes.length)
    this.#packer.chunk(connection, direction, offset, bytes, receivedAt, sentAt, border)
    this.#arm()
  }

  sent(connection: number, direction: Direction, upTo: number, at: number): void {
    if (this.#lost.active) return
    this.#packer.sent(connection, direction, upTo, at)
    this.#arm()
  }

  edited(
    connection: number,
    direction: Direction,
    offset: number,
    removed: number,
    bytes: Uint8Array,
    rule: string,
    was?: Uint8Array,
    came?: number,
    at?: number,
  ): void {
    if (this.#lost.active) return
    this.#packer.edited(connection, direction, offset, removed, bytes, rule, was, came, at)
    this.#arm()
  }

  ended(connection: number, direction: Direction, at: number, ending: Ending, unsent: number): void {
    if (this.#live.get(connection)?.told !== true) return
    this.#put(() => this.#packer.ended(connection, direction, at, ending, unsent))
  }

  closed(connection: number, at: number): void {
    const line = this.#live.get(connection)
    this.#live.delete(connection)
    if (line?.told === true) this.#put(() => this.#packer.closed(connection, at))
  }

  logged(connection: number, at: number, bytes: Uint8Array): void {
    if (this.#lost.active) return this.#lost.add(at, at, 1, bytes.length)
    this.#packer.logged(connection, at, bytes)
    this.#arm()
  }

  decided(decision: Decision): void {
    this.#put(() => this.#packer.decided(decision))
  }

  held(message: Held): void {
    this.#put(() => this.#packer.held(message))
  }

  note(connection: number, at: number, kind: string, detail: unknown): void {
    this.#put(() => this.#packer.note(connection, at, kind, detail))
  }

  resume(loss: Loss): void {
    if (loss.chunks > 0) this.#packer.loss(loss)
    const ended = this.#later
    this.#later = []
    for (const write of ended) write()
    for (const [connection, line] of this.#live) if (!line.told) this.#tell(connection, line)
  }

  forget(): void {
    this.#later = []
    for (const line of this.#live.values()) line.told = false
  }

  #put(write: () => void): void {
    if (!this.#lost.active) {
      write()
      this.#arm()
    } else if (this.#later.length < MAX_LATER) this.#later.push(write)
  }

  #tell(connection: number, line: Live): void {
    line.told = true
    this.#packer.opened(connection, line.openedAt, line.info)
    if (line.upstream !== null) this.#packer.upstream(connection, line.upstream)
  }
}
