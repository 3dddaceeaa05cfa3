/** What the record is told of a wrapped server besides its traffic. */
import type { Clock } from '../pipe/clock.ts'
import type { ConnectionInfo, Tap } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { ProcessExit } from './server-process.ts'
import type { PipedWay } from './stdio-way.ts'

export interface StdioRecordOptions {
  readonly id: number
  readonly info: ConnectionInfo
  readonly tap: Tap
  readonly clock: Clock
}

export class StdioRecord {
  readonly #options: StdioRecordOptions
  readonly #ended = new Set<Direction>()

  /** It begins. */
  constructor(options: StdioRecordOptions) {
    this.#options = options
    const { id, info, tap, clock } = options
    tap.opened(id, clock.now(), info)
  }

  /** The ending of that direction has been told. */
  hasEnded(direction: Direction): boolean {
    return this.#ended.has(direction)
  }

  /** The first ending of a direction is the one that counts. */
  ended({ direction, pipe, outlet }: PipedWay, ending: Ending): void {
    if (this.#ended.has(direction)) return
    this.#ended.add(direction)
    const { id, tap, clock } = this.#options
    tap.ended(id, direction, clock.now(), ending, pipe.backlog + outlet.unsent)
  }

  note(kind: string, detail: object): void {
    const { id, tap, clock } = this.#options
    tap.note(id, clock.now(), kind, detail)
  }

  /** Bytes of its stderr. */
  logged(bytes: Uint8Array): void {
    const { id, tap, clock } = this.#options
    tap.logged(id, clock.now(), bytes)
  }

  /** The process is gone, for good; `ending` stands for directions that have none yet. */
  over(ways: readonly PipedWay[], { code, signal }: ProcessExit, ending: Ending): void {
    const { id, tap, clock } = this.#options
    this.note('exit', { code, signal })
    for (const way of ways) this.ended(way, ending)
    tap.closed(id, clock.now())
  }
}
