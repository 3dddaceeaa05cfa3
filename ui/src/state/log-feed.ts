import type { LogRow } from '../../../src/api/contract.ts'
import type { Api } from '../api/client.ts'
import { logMatches, showsLogs } from './filter.ts'
import { RowWindow } from './row-window.ts'
import type { Scope } from './frame-pages.ts'
import type { Extent } from './timeline.ts'

const pageSize = 1000
/** Pages asked for in a row when the filter leaves nothing of them, or to catch up. */
const pagesInRow = 6
/** Lines held at most while the list follows its end. */
const linesHeld = 50_000

/** The lines of the log that belong into the list: a window over them, as there is one over the frames. */
export class LogFeed {
  readonly window = new RowWindow<LogRow>()
  /** Something came that was not taken. */
  behind = false
  readonly #api: Api
  #scope: Scope
  #extent: Extent = { from: -Infinity, to: Infinity }
  /** Oldest and newest line looked at, matching or not. */
  #first: number | null = null
  #last = 0

  constructor(api: Api, scope: Scope) {
    this.#api = api
    this.#scope = scope
  }

  /** Between these instants every matching line is held. */
  get extent(): Extent {
    return this.#extent
  }

  show(scope: Scope): void {
    this.#scope = scope
  }

  async newest(signal: AbortSignal): Promise<void> {
    this.behind = false
    if (!this.#begin()) return
    const { rows, scanned, more } = await this.#back({}, signal)
    if (!signal.aborted) this.#reset(rows, scanned, { older: more, newer: false })
  }

  async oldest(signal: AbortSignal): Promise<void> {
    if (!this.#begin()) return
    const rows = await this.#ask({ after: 0 }, signal)
    if (!signal.aborted) this.#reset(this.#wanted(rows), rows, { older: false, newer: rows.length === pageSize })
  }

  async around(at: number, signal: AbortSignal): Promise<void> {
    if (!this.#begin()) return
    const back = await this.#ask({ to: at }, signal)
    const ahead = await this.#ask({ from: at }, signal)
    if (signal.aborted) return
    const rows = [...back, ...ahead]
    this.#reset(this.#wanted(rows), rows, { older: back.length === pageSize, newer: ahead.length === pageSize })
  }

  async older(signal: AbortSignal): Promise<void> {
    if (this.#first === null || !this.window.hasOlder) return
    const { rows, scanned, more } = await this.#back({ before: this.#first }, signal)
    if (signal.aborted) return
    this.window.prepend(rows)
    this.window.hasOlder = more
    this.#first = scanned[0]?.id ?? this.#first
    this.#extent = { ...this.#extent, from: more ? (scanned[0]?.at ?? this.#extent.from) : -Infinity }
  }

  /** Reads on from the newest line known; true when it came to the end. */
  async newer(signal: AbortSignal, pages = 1): Promise<boolean> {
    if (!showsLogs(this.#scope.filter)) return true
    for (let page = 0; page < pages; page++) {
      this.behind = false
      const rows = await this.#ask({ after: this.#last }, signal)
      if (signal.aborted) return true
      this.window.merge(this.#wanted(rows))
      this.#last = rows.at(-1)?.id ?? this.#last
      const ended = rows.length < pageSize && !this.behind
      this.window.hasNewer = !ended
      this.#extent = { ...this.#extent, to: ended ? Infinity : (rows.at(-1)?.at ?? this.#extent.to) }
      if (ended) return true
    }
    return false
  }

  /** After a gap in the live stream, a pause or a burst: what is missing, or the end anew when that is too much. */
  async catchUp(signal: AbortSignal): Promise<void> {
    if (!(await this.newer(signal, pagesInRow))) await this.newest(signal)
  }

  /** Takes new lines; true when one of them is shown. */
  apply(rows: readonly LogRow[]): boolean {
    const added = this.window.merge(this.#wanted(rows))
    this.#last = Math.max(this.#last, rows.at(-1)?.id ?? 0)
    return added > 0
  }

  /** Lets go of the oldest lines over the bound. */
  trim(): void {
    this.window.trimOldest(linesHeld)
    const [first] = this.window.rows
    if (!this.window.hasOlder || first === undefined || first.at <= this.#extent.from) return
    this.#first = first.id
    this.#extent = { ...this.#extent, from: first.at }
  }

  /** False when none are wanted: then there is nothing to load. */
  #begin(): boolean {
    if (showsLogs(this.#scope.filter)) return true
    this.#reset([], [], { older: false, newer: false })
    return false
  }

  #reset(rows: readonly LogRow[], scanned: readonly LogRow[], more: { older: boolean; newer: boolean }): void {
    this.window.reset(rows, more.older, more.newer)
    this.#first = scanned[0]?.id ?? null
    this.#last = Math.max(more.newer ? 0 : this.#last, scanned.at(-1)?.id ?? 0)
    this.#extent = {
      from: more.older ? (scanned[0]?.at ?? -Infinity) : -Infinity,
      to: more.newer ? (scanned.at(-1)?.at ?? Infinity) : Infinity,
    }
  }

  #wanted(rows: readonly LogRow[]): LogRow[] {
    const { filter, session } = this.#scope
    return rows.filter((row) => logMatches(row, filter, session))
  }

  /** Reads backwards until there is something to show, or the beginning. */
  async #back(from: Record<string, number>, signal: AbortSignal) {
    let query = from
    let scanned: LogRow[] = []
    for (let page = 0; page < pagesInRow; page++) {
      const rows = await this.#ask(query, signal)
      scanned = rows.concat(scanned)
      if (rows.length < pageSize) return { rows: this.#wanted(scanned), scanned, more: false }
      query = { before: rows[0]!.id }
      if (this.#wanted(scanned).length >= 100) break
    }
    return { rows: this.#wanted(scanned), scanned, more: true }
  }

  async #ask(query: Record<string, number>, signal: AbortSignal): Promise<LogRow[]> {
    const { session } = this.#scope
    return this.#api.get<LogRow[]>(
      '/api/logs',
      { ...(session !== null && { session }), ...query, limit: pageSize },
      signal,
    )
  }
}
