import { signal, type ReadonlySignal } from '@preact/signals'
import type { ApiError, FramePage, FrameRow, LiveChange } from '../../../src/api/contract.ts'
import { errorOf, type Api } from '../api/client.ts'
import type { Calls } from './calls.ts'
import { defaultFilter, frameQuery, matches, type Filter } from './filter.ts'
import { FrameWindow } from './frame-window.ts'

/** What the list shows: a filter within one session or all. */
export interface Scope {
  readonly session: string | null
  readonly filter: Filter
}

type Loading = 'window' | 'older' | 'newer'

/** Rows held at most; beyond, the far end is let go and loaded again when scrolled to. */
export const windowLimit = 400_000
const firstPage = 1000
const pageSize = 5000
/** Pages asked for in a row when the page's own filter leaves nothing of them, or to catch up. */
const pagesInRow = 6
/** After a gap in the live stream these many frames are read again: changes to them may lie in the gap. */
const readAgain = 2000

/**
 * The list of frames: a window over the capture that follows its end, or stands elsewhere. Joins pages of the API with
 * live changes, which come batched by animation frame.
 */
export class Traffic {
  readonly window = new FrameWindow()
  readonly #version = signal(0)
  readonly #loading = signal<Loading | null>(null)
  readonly #error = signal<ApiError | null>(null)
  readonly #unseen = signal(0)
  readonly #paused = signal(false)
  readonly #following = signal(true)
  readonly #api: Api
  readonly #calls: Calls
  #scope: Scope = { session: null, filter: defaultFilter }
  #run = new AbortController()
  /** Newest frame of the capture that the window has taken into account. */
  #knownTo = 0
  /** Newest frame any live change has told of. */
  #newestSeen = 0
  /** Where the next older page ends, when the filter has left nothing of the last. */
  #olderFrom: number | null = null
  #catching = false
  /** Something came that the window has not taken. */
  #behind = false

  constructor(api: Api, calls: Calls) {
    this.#api = api
    this.#calls = calls
  }

  /** Goes up whenever the window or a call changed. */
  get version(): ReadonlySignal<number> {
    return this.#version
  }

  get loading(): ReadonlySignal<Loading | null> {
    return this.#loading
  }

  get error(): ReadonlySignal<ApiError | null> {
    return this.#error
  }

  /** Matching frames that came while the list was not at its end. */
  get unseen(): ReadonlySignal<number> {
    return this.#unseen
  }

  get paused(): ReadonlySignal<boolean> {
    return this.#paused
  }

  /** The view keeps to the newest row. */
  get following(): ReadonlySignal<boolean> {
    return this.#following
  }

  /** Told by the list, by how it is scrolled. */
  follow(on: boolean): void {
    this.#following.value = on && !this.window.hasNewer
    if (this.#following.value && !this.#paused.value) this.#unseen.value = 0
  }

  /** Holds the list still; recording goes on. */
  pause(on: boolean): void {
    this.#paused.value = on
    if (on) return
    if (this.#following.value) this.#unseen.value = 0
    if (!this.window.hasNewer) void this.#catchUp()
  }

  async show(scope: Scope): Promise<void> {
    this.#scope = scope
    this.#paused.value = false
    await this.newest()
  }

  /** Puts the window at the end of the capture. */
  async newest(): Promise<void> {
    await this.#task('window', async (signal) => {
      const seen = this.#newestSeen
      this.#behind = false
      const { rows, more, from } = await this.#readBack(null, firstPage, signal)
      if (signal.aborted) return
      this.window.reset(rows, more, false)
      this.#olderFrom = from
      this.#knownTo = Math.max(this.window.lastId ?? 0, seen)
      this.#unseen.value = 0
      this.#following.value = true
    })
    if (this.#behind && !this.window.hasNewer) void this.#catchUp()
  }

  /** Puts the window at the beginning of the capture. */
  async oldest(): Promise<void> {
    await this.#task('window', async (signal) => {
      const { rows, scannedTo } = await this.#ask({ after: 0, limit: pageSize }, signal)
      const shown = await this.#accepted(rows)
      if (signal.aborted) return
      this.window.reset(shown, false, rows.length === pageSize || scannedTo !== null)
      this.#knownTo = scannedTo ?? rows.at(-1)?.id ?? 0
      this.#following.value = false
    })
  }

  /** Puts the window around one frame. */
  async around(id: number): Promise<void> {
    await this.#task('window', async (signal) => {
      const back = await this.#readBack(id + 1, firstPage, signal)
      const { rows, scannedTo } = await this.#ask({ after: id, limit: firstPage }, signal)
      const ahead = await this.#accepted(rows)
      if (signal.aborted) return
      this.window.reset([...back.rows, ...ahead], back.more, rows.length === firstPage || scannedTo !== null)
      this.#olderFrom = back.from
      this.#knownTo = scannedTo ?? rows.at(-1)?.id ?? id
      this.#following.value = false
    })
  }

  async older(): Promise<void> {
    await this.#task('older', async (signal) => {
      if (!this.window.hasOlder) return
      const first = this.window.firstId
      const searched = this.#olderFrom
      const before = searched !== null && (first === null || searched < first) ? searched : first
      const { rows, more, from } = await this.#readBack(before, pageSize, signal)
      if (signal.aborted) return
      this.window.prepend(rows)
      this.window.hasOlder = more
      this.#olderFrom = from
      if (!this.#following.value) this.window.trimNewest(windowLimit)
    })
  }

  async newer(): Promise<void> {
    await this.#task('newer', async (signal) => {
      if (!this.window.hasNewer) return
      this.window.hasNewer = !(await this.#readOn(1, signal))
      this.window.trimOldest(windowLimit)
    })
  }

  /** Takes what the live stream tells. */
  apply({ frames, framesLeftOut, calls }: LiveChange): void {
    const touched = this.#calls.apply(calls)
    for (const { id } of frames) if (id > this.#newestSeen) this.#newestSeen = id
    if (this.#paused.value || this.window.hasNewer || this.#catching || this.#loading.value === 'window')
      return this.#putOff(frames, touched)
    const shown: FrameRow[] = []
    for (const row of frames) {
      if (this.#accepts(row)) shown.push(row)
      else this.window.remove(row.id)
      if (row.id > this.#knownTo) this.#knownTo = row.id
    }
    const added = this.window.merge(shown)
    if (this.#following.value) this.window.trimOldest(windowLimit)
    else if (added > 0) this.#unseen.value += added
    if (shown.length > 0 || touched) this.#changed()
    if (!framesLeftOut) return
    this.#knownTo = Math.max((this.window.firstId ?? this.#knownTo + 1) - 1, this.#knownTo - readAgain)
    void this.#catchUp()
  }

  /** Frames that came while the window cannot take them at its end: known ones are brought up to date, others counted. */
  #putOff(frames: readonly FrameRow[], callsTouched: boolean): void {
    let touched = callsTouched
    let waiting = 0
    for (const row of frames) {
      if (row.id > this.#knownTo) waiting += this.#accepts(row) ? 1 : 0
      else if (!this.#paused.value) touched = this.window.update(row) || touched
    }
    this.#behind = true
    if (!this.#catching && this.#loading.value !== 'window') this.#unseen.value += waiting
    if (touched && !this.#paused.value) this.#changed()
  }

  #changed(): void {
    this.#version.value++
  }

  #accepts(row: FrameRow): boolean {
    return matches(row, this.#scope.filter, this.#scope.session)
  }

  async #ask(query: Record<string, number>, signal: AbortSignal): Promise<FramePage> {
    const { filter, session } = this.#scope
    return this.#api.get<FramePage>('/api/frames', { ...frameQuery(filter, session), ...query }, signal)
  }

  /** The rows the filter lets through, once their calls are known. */
  async #accepted(rows: readonly FrameRow[]): Promise<FrameRow[]> {
    const shown = rows.filter((row) => this.#accepts(row))
    await this.#calls.loadFor(shown, this.#scope.session)
    return shown
  }

  /** Reads backwards from `before` until there is something to show, or the beginning. */
  async #readBack(before: number | null, size: number, signal: AbortSignal) {
    let rows: FrameRow[] = []
    let from = before
    for (let page = 0; page < pagesInRow; page++) {
      const answer = await this.#ask({ ...(from !== null && { before: from }), limit: size }, signal)
      rows = (await this.#accepted(answer.rows)).concat(rows)
      if (answer.scannedTo === null && answer.rows.length < size) return { rows, more: false, from }
      from = answer.scannedTo ?? answer.rows[0]?.id ?? from
      if (rows.length >= Math.min(size, 100)) break
    }
    return { rows, more: true, from }
  }

  /** Reads forward from what is known; gives true when it reached the end. */
  async #readOn(pages: number, signal: AbortSignal): Promise<boolean> {
    for (let page = 0; page < pages; page++) {
      this.#behind = false
      const { rows, scannedTo } = await this.#ask({ after: this.#knownTo, limit: pageSize }, signal)
      const shown = await this.#accepted(rows)
      if (signal.aborted) return true
      const added = this.window.merge(shown)
      if (!this.#following.value && !this.window.hasNewer) this.#unseen.value += added
      this.#knownTo = Math.max(this.#knownTo, scannedTo ?? rows.at(-1)?.id ?? 0)
      this.#changed()
      if (rows.length < pageSize && scannedTo === null && !this.#behind) return true
    }
    return false
  }

  /** Closes the gap that a burst, a pause or a broken connection left at the end of the window. */
  async #catchUp(): Promise<void> {
    if (this.#catching) return
    this.#catching = true
    const { signal } = this.#run
    try {
      const reached = await this.#readOn(pagesInRow, signal)
      if (!signal.aborted && !reached) {
        if (this.#following.value) await this.newest()
        else this.window.hasNewer = true
      }
    } catch (cause) {
      if (!signal.aborted) this.#error.value = errorOf(cause)
    }
    this.#catching = false
    const more = this.#behind && !this.window.hasNewer && !this.#paused.value && this.#error.value === null
    if (more) void this.#catchUp()
  }

  /** One load at a time, but that a new window ends whatever runs. */
  async #task(what: Loading, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (what !== 'window' && this.#loading.value !== null) return
    if (what === 'window') {
      this.#run.abort()
      this.#run = new AbortController()
    }
    const { signal } = this.#run
    this.#loading.value = what
    try {
      await work(signal)
      if (!signal.aborted) this.#error.value = null
    } catch (cause) {
      if (!signal.aborted) this.#error.value = errorOf(cause)
    }
    if (signal.aborted) return
    this.#loading.value = null
    this.#changed()
  }
}
