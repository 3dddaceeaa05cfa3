import { signal, type ReadonlySignal } from '@preact/signals'
import type { ApiError, FrameRow, LiveChange, LogRow } from '../../../src/api/contract.ts'
import type { Api } from '../api/client.ts'
import type { Calls } from './calls.ts'
import { FramePages, pagesInRow, type Scope } from './frame-pages.ts'
import { LogFeed } from './log-feed.ts'
import { liveFrames } from './live-frames.ts'
import { OneLoad, type Loading } from './one-load.ts'
import { RowWindow } from './row-window.ts'
import { Timeline } from './timeline.ts'

/** Rows held at most; beyond, the far end is let go and loaded again when scrolled to. */
export const windowLimit = 400_000
const firstPage = 1000
const pageSize = 5000
/** After a gap in the live stream these many frames are read again: changes to them may lie in the gap. */
const readAgain = 2000

/**
 * The list of frames, with the lines of the log between them: a window over the capture that follows its end, or stands elsewhere.
 * Joins pages of the API with live changes, which come batched by animation frame.
 */
export class Traffic {
  readonly window = new RowWindow<FrameRow>()
  readonly logs: LogFeed
  readonly #version = signal(0)
  readonly #loads = new OneLoad(() => this.#changed())
  readonly #unseen = signal(0)
  readonly #paused = signal(false)
  readonly #following = signal(true)
  readonly #calls: Calls
  readonly #pages: FramePages
  /** Newest frame of the capture that the window has taken into account. */
  #knownTo = 0
  /** Newest frame any live change has told of. */
  #newestSeen = 0
  /** Where the next older page ends, when the filter has left nothing of the last. */
  #olderFrom: number | null = null
  #catching = false
  /** Something came that the window has not taken. */
  #behind = false
  #catchingLogs = false
  #timeline: Timeline | null = null

  constructor(api: Api, calls: Calls) {
    this.#calls = calls
    this.#pages = new FramePages(api, calls)
    this.logs = new LogFeed(api, this.#pages.scope)
  }

  /** What is shown, as it is now. */
  get timeline(): Timeline {
    const { logs, window } = this
    const held = {
      from: window.hasOlder ? (window.rows[0]?.receivedLastAt ?? -Infinity) : -Infinity,
      to: window.hasNewer ? (window.rows.at(-1)?.receivedLastAt ?? Infinity) : Infinity,
    }
    return (this.#timeline ??= new Timeline(window.rows, held, logs.window.rows, logs.extent))
  }

  /** There is more to be shown before, or behind, what is held. */
  get hasOlder(): boolean {
    return this.window.hasOlder || this.logs.window.hasOlder
  }

  get hasNewer(): boolean {
    return this.window.hasNewer || this.logs.window.hasNewer
  }

  /** Goes up whenever the window or a call changed. */
  get version(): ReadonlySignal<number> {
    return this.#version
  }

  get loading(): ReadonlySignal<Loading | null> {
    return this.#loads.loading
  }

  get error(): ReadonlySignal<ApiError | null> {
    return this.#loads.error
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
    this.#following.value = on && !this.hasNewer
    if (this.#following.value && !this.#paused.value) this.#unseen.value = 0
  }

  /** Holds the list still; recording goes on. */
  pause(on: boolean): void {
    this.#paused.value = on
    if (on) return
    if (this.#following.value) this.#unseen.value = 0
    if (!this.window.hasNewer) void this.#catchUp()
    if (this.logs.behind) void this.#catchUpLogs()
  }

  async show(scope: Scope): Promise<void> {
    this.#pages.scope = scope
    this.logs.show(scope)
    this.#paused.value = false
    await this.newest()
  }

  /** Puts the window at the end of the capture. */
  async newest(): Promise<void> {
    await this.#loads.run('window', async (signal) => {
      const seen = this.#newestSeen
      this.#behind = false
      const [{ rows, more, from }] = await Promise.all([
        this.#pages.back(null, firstPage, signal),
        this.logs.newest(signal),
      ])
      if (signal.aborted) return
      this.window.reset(rows, more, false)
      this.#olderFrom = from
      this.#knownTo = Math.max(this.window.lastId ?? 0, seen)
      this.#unseen.value = 0
      this.#following.value = true
    })
    if (this.#behind && !this.window.hasNewer) void this.#catchUp()
    if (this.logs.behind) void this.#catchUpLogs()
  }

  /** Puts the window at the beginning of the capture. */
  async oldest(): Promise<void> {
    await this.#loads.run('window', async (signal) => {
      const [{ rows, scannedTo }] = await Promise.all([
        this.#pages.ask({ after: 0, limit: pageSize }, signal),
        this.logs.oldest(signal),
      ])
      const shown = await this.#pages.accepted(rows)
      if (signal.aborted) return
      this.window.reset(shown, false, rows.length === pageSize || scannedTo !== null)
      this.#knownTo = scannedTo ?? rows.at(-1)?.id ?? 0
      this.#following.value = false
    })
  }

  /** Puts the window around one frame. */
  async around(id: number): Promise<void> {
    await this.#loads.run('window', async (signal) => {
      const back = await this.#pages.back(id + 1, firstPage, signal)
      const { rows, scannedTo } = await this.#pages.ask({ after: id, limit: firstPage }, signal)
      const ahead = await this.#pages.accepted(rows)
      const there = back.rows.at(-1) ?? ahead[0]
      await (there === undefined ? this.logs.newest(signal) : this.logs.around(there.receivedLastAt, signal))
      if (signal.aborted) return
      this.window.reset([...back.rows, ...ahead], back.more, rows.length === firstPage || scannedTo !== null)
      this.#olderFrom = back.from
      this.#knownTo = scannedTo ?? rows.at(-1)?.id ?? id
      this.#following.value = false
    })
  }

  async older(): Promise<void> {
    await this.#loads.run('older', async (signal) => {
      const { logs, window } = this
      const instant = window.rows[0]?.receivedLastAt ?? Infinity
      if (logs.window.hasOlder && (!window.hasOlder || logs.extent.from > instant)) return logs.older(signal)
      if (!window.hasOlder) return
      const first = this.window.firstId
      const searched = this.#olderFrom
      const before = searched !== null && (first === null || searched < first) ? searched : first
      const { rows, more, from } = await this.#pages.back(before, pageSize, signal)
      if (signal.aborted) return
      this.window.prepend(rows)
      this.window.hasOlder = more
      this.#olderFrom = from
      if (!this.#following.value) this.window.trimNewest(windowLimit)
    })
  }

  async newer(): Promise<void> {
    await this.#loads.run('newer', async (signal) => {
      const { logs, window } = this
      const instant = window.rows.at(-1)?.receivedLastAt ?? -Infinity
      if (logs.window.hasNewer && (!window.hasNewer || logs.extent.to < instant)) return void (await logs.newer(signal))
      if (!window.hasNewer) return
      this.window.hasNewer = !(await this.#readOn(1, signal))
      this.window.trimOldest(windowLimit)
    })
  }

  /** Takes what the live stream tells. */
  apply({ frames, otherFrames, framesLeftOut, calls, logs, logsLeftOut }: LiveChange): void {
    const logged = this.#applyLogs(logs, logsLeftOut)
    const touched = this.#calls.apply(calls) || logged
    const from = this.window.hasOlder ? (this.window.firstId ?? 0) : 0
    const { newest, shown, hidden } = liveFrames({ frames, otherFrames }, (row) => this.#pages.accepts(row), from)
    this.#newestSeen = Math.max(this.#newestSeen, newest)
    // the live stream cannot narrow by what does not hold
    if (this.#loads.error.value?.code === 'FILTER_INVALID') return
    if (this.#paused.value || this.window.hasNewer || this.#catching || this.#loads.loading.value === 'window')
      return this.#putOff(frames, touched)
    const gone = hidden.filter((id) => this.window.remove(id)).length > 0
    this.#knownTo = Math.max(this.#knownTo, newest)
    const added = this.window.merge(shown)
    if (this.#following.value) {
      this.window.trimOldest(windowLimit)
      this.logs.trim()
    } else if (added > 0) this.#unseen.value += added
    this.#timeline = null
    if (shown.length > 0 || gone || touched) this.#changed()
    if (!framesLeftOut) return
    this.#knownTo = Math.max((this.window.firstId ?? this.#knownTo + 1) - 1, this.#knownTo - readAgain)
    void this.#catchUp()
  }

  /** Frames that came while the window cannot take them at its end: known ones are brought up to date, others counted. */
  #putOff(frames: readonly FrameRow[], callsTouched: boolean): void {
    let touched = callsTouched
    let waiting = 0
    for (const row of frames) {
      if (row.id > this.#knownTo) waiting += this.#pages.accepts(row) ? 1 : 0
      else if (!this.#paused.value) touched = this.window.update(row) || touched
    }
    this.#behind = true
    if (!this.#catching && this.#loads.loading.value !== 'window') this.#unseen.value += waiting
    if (touched && !this.#paused.value) this.#changed()
  }

  #applyLogs(rows: readonly LogRow[], leftOut: boolean): boolean {
    const { logs } = this
    const busy = this.#paused.value || this.#catchingLogs || this.#loads.loading.value === 'window'
    if (!busy && !leftOut && !logs.window.hasNewer) return logs.apply(rows)
    logs.behind ||= leftOut || rows.length > 0
    if (!busy && !logs.window.hasNewer) void this.#catchUpLogs()
    return false
  }

  async #catchUpLogs(): Promise<void> {
    if (this.#catchingLogs) return
    this.#catchingLogs = true
    const { signal } = this.#loads
    try {
      await this.logs.catchUp(signal)
    } catch (cause) {
      this.#loads.failed(cause, signal)
    }
    this.#catchingLogs = false
    this.#changed()
  }

  #changed(): void {
    this.#timeline = null
    this.#version.value++
  }

  /** Reads forward from what is known; gives true when it reached the end. */
  async #readOn(pages: number, signal: AbortSignal): Promise<boolean> {
    for (let page = 0; page < pages; page++) {
      this.#behind = false
      const { rows, scannedTo } = await this.#pages.ask({ after: this.#knownTo, limit: pageSize }, signal)
      const shown = await this.#pages.accepted(rows)
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
    const { signal } = this.#loads
    try {
      const reached = await this.#readOn(pagesInRow, signal)
      if (!signal.aborted && !reached) {
        if (this.#following.value) await this.newest()
        else this.window.hasNewer = true
      }
    } catch (cause) {
      this.#loads.failed(cause, signal)
    }
    this.#catching = false
    const more = this.#behind && !this.window.hasNewer && !this.#paused.value && this.#loads.error.value === null
    if (more) void this.#catchUp()
  }
}
