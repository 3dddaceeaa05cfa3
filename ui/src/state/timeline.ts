import type { FrameRow, LogRow } from '../../../src/api/contract.ts'
import type { Route } from './route.ts'

/** One row of the list. */
export type TimelineItem =
  | { readonly kind: 'frame'; readonly row: FrameRow }
  | { readonly kind: 'log'; readonly row: LogRow }

/** How far something is held: instants, infinite where there is nothing beyond. */
export interface Extent {
  readonly from: number
  readonly to: number
}

/** Name of a row, and its id in the document. */
export const keyOf = ({ kind, row }: TimelineItem): string => `${kind}-${row.id}`

/** The row that the route has selected. */
export const selectedKey = ({ frame, log }: Pick<Route, 'frame' | 'log'>): string | null =>
  frame !== null ? `frame-${frame}` : log === null ? null : `log-${log}`

/** What selects a row. */
export const routeTo = ({ kind, row }: TimelineItem): Partial<Route> =>
  kind === 'frame' ? { frame: row.id } : { log: row.id }

/**
 * Frames and lines of the log as one list in the order of time, over as much of it as is held of both. Frames keep the order they
 * have; a line comes before the first frame that was complete after it. Nothing is copied: where lines stand is all that is kept.
 */
export class Timeline {
  readonly length: number
  readonly #frames: readonly FrameRow[]
  readonly #logs: readonly LogRow[]
  /** Rows shown begin at these. */
  readonly #firstFrame: number
  readonly #firstLog: number
  /** For each line shown, how many of the frames shown stand before it. */
  readonly #framesBefore: Float64Array

  /** Frames are shown as far as lines are held, and the other way round. */
  constructor(frames: readonly FrameRow[], framesHeld: Extent, logs: readonly LogRow[], logsHeld: Extent) {
    this.#frames = frames
    this.#logs = logs
    const [firstLog, lastLog] = within(logs, (row) => row.at, framesHeld)
    const [firstFrame, lastFrame] = within(frames, (row) => row.receivedLastAt, logsHeld)
    this.#firstLog = firstLog
    this.#firstFrame = firstFrame
    const count = lastFrame - this.#firstFrame
    this.#framesBefore = new Float64Array(lastLog - this.#firstLog)
    let least = 0
    for (let at = 0; at < this.#framesBefore.length; at++) {
      const { at: instant } = logs[this.#firstLog + at]!
      const before = lower(frames, (row) => row.receivedLastAt > instant) - this.#firstFrame
      least = Math.max(least, Math.min(before, count))
      this.#framesBefore[at] = least
    }
    this.length = count + this.#framesBefore.length
  }

  at(index: number): TimelineItem | undefined {
    if (index < 0 || index >= this.length) return undefined
    const before = this.#logsBefore(index)
    if (before < this.#framesBefore.length && this.#framesBefore[before]! + before === index)
      return { kind: 'log', row: this.#logs[this.#firstLog + before]! }
    return { kind: 'frame', row: this.#frames[this.#firstFrame + index - before]! }
  }

  slice(start: number, end: number): TimelineItem[] {
    const items: TimelineItem[] = []
    for (let index = start; index < end; index++) {
      const item = this.at(index)
      if (item !== undefined) items.push(item)
    }
    return items
  }

  /** Where a row stands; where it would, if it is not held. */
  indexOf(key: string): number {
    const id = Number(key.slice(key.indexOf('-') + 1))
    const isLog = key.startsWith('log')
    const index = isLog ? this.#indexOfLog(id) : this.#indexOfFrame(id)
    return Math.max(0, Math.min(index, this.length))
  }

  has(key: string): boolean {
    const item = this.at(this.indexOf(key))
    return item !== undefined && keyOf(item) === key
  }

  #indexOfLog(id: number): number {
    const at = lower(this.#logs, (row) => row.id >= id) - this.#firstLog
    if (at < 0) return 0
    return at < this.#framesBefore.length ? at + this.#framesBefore[at]! : this.length
  }

  #indexOfFrame(id: number): number {
    const at = lower(this.#frames, (row) => row.id >= id) - this.#firstFrame
    return at + lower(this.#framesBefore, (before) => before > at)
  }

  /** How many lines stand before a row. */
  #logsBefore(index: number): number {
    let low = 0
    let high = this.#framesBefore.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#framesBefore[middle]! + middle < index) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Which rows lie within: the first, and the first beyond. */
function within<Row>(rows: readonly Row[], instant: (row: Row) => number, { from, to }: Extent): [number, number] {
  const end = to === Infinity ? rows.length : lower(rows, (row) => instant(row) > to)
  return [
    from === -Infinity
      ? 0
      : Math.min(
          end,
          lower(rows, (row) => instant(row) >= from),
        ),
    end,
  ]
}

/** Index of the first that `is`, of a list in which all behind it are too; the length when there is none. */
function lower<Row>(rows: ArrayLike<Row>, is: (row: Row) => boolean): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (is(rows[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
