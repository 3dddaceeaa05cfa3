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

/** The list of frames: a window over the capture that follows its end, or stands elsewhere. */
export interface Traffic {
  readonly window: FrameWindow
  /** Goes up whenever the window or a call changed. */
  readonly version: ReadonlySignal<number>
  readonly loading: ReadonlySignal<'newest' | 'older' | 'newer' | null>
  readonly error: ReadonlySignal<ApiError | null>
  /** Matching frames that came while the list was not at its end. */
  readonly unseen: ReadonlySignal<number>
  readonly paused: ReadonlySignal<boolean>
  /** The view keeps to the newest row. The list sets it by how it is scrolled. */
  readonly following: ReadonlySignal<boolean>
  readonly follow: (on: boolean) => void
  readonly pause: (on: boolean) => void
  readonly show: (scope: Scope) => Promise<void>
  readonly newest: () => Promise<void>
  readonly oldest: () => Promise<void>
  /** Puts the window around one frame. */
  readonly around: (id: number) => Promise<void>
  readonly older: () => Promise<void>
  readonly newer: () => Promise<void>
  readonly apply: (change: LiveChange) => void
}

/** Rows held at most; beyond, the far end is let go and loaded again when scrolled to. */
export const windowLimit = 400_000
const firstPage = 1000
const pageSize = 5000
/** Pages asked for in a row when the page's own filter leaves nothing of them, or to catch up. */
const pagesInRow = 6

/** Joins window, API and live changes. Live changes come batched by animation frame from `app-state`. */
export function createTraffic(api: Api, calls: Calls): Traffic {
  const window = new FrameWindow()
  const version = signal(0)
  const loading = signal<'newest' | 'older' | 'newer' | null>(null)
  const error = signal<ApiError | null>(null)
  const unseen = signal(0)
  const paused = signal(false)
  const following = signal(true)
  let scope: Scope = { session: null, filter: defaultFilter }
  let run = new AbortController()
  /** Newest frame of the capture that the window has taken into account. */
  let knownTo = 0
  /** Newest frame any live change has told of. */
  let newestSeen = 0
  let catching = false
  let behind = false

  const changed = () => void version.value++
  const accepts = (row: FrameRow) => matches(row, scope.filter, scope.session)
  const ask = (query: Record<string, number>, signal: AbortSignal) =>
    api.get<FramePage>('/api/frames', { ...frameQuery(scope.filter, scope.session), ...query }, signal)
  const withCalls = async (rows: readonly FrameRow[]) => {
    await calls.loadFor(rows, scope.session)
    return rows
  }

  /** Reads backwards from `before` until there is something to show, or the beginning. */
  const readBack = async (before: number | null, size: number, signal: AbortSignal) => {
    let rows: FrameRow[] = []
    let from = before
    for (let page = 0; page < pagesInRow; page++) {
      const answer = await ask({ ...(from !== null && { before: from }), limit: size }, signal)
      rows = answer.rows.filter(accepts).concat(rows)
      const done = answer.scannedTo === null && answer.rows.length < size
      if (done) return { rows: await withCalls(rows), more: false, from }
      from = answer.scannedTo ?? answer.rows[0]!.id
      if (rows.length >= Math.min(size, 100)) break
    }
    return { rows: await withCalls(rows), more: true, from }
  }
  let olderFrom: number | null = null

  const task = async (what: 'newest' | 'older' | 'newer', work: (signal: AbortSignal) => Promise<void>) => {
    if (what === 'newest') {
      run.abort()
      run = new AbortController()
    } else if (loading.value !== null) return
    const { signal } = run
    loading.value = what
    try {
      await work(signal)
      if (!signal.aborted) error.value = null
    } catch (cause) {
      if (!signal.aborted) error.value = errorOf(cause)
    }
    if (signal.aborted) return
    loading.value = null
    changed()
  }

  const newest = () =>
    task('newest', async (signal) => {
      const seen = newestSeen
      behind = false
      const { rows, more, from } = await readBack(null, firstPage, signal)
      if (signal.aborted) return
      window.reset(rows, more, false)
      olderFrom = from
      knownTo = Math.max(window.lastId ?? 0, seen)
      unseen.value = 0
      following.value = true
    }).then(() => {
      if (behind && !window.hasNewer) void catchUp()
    })

  const oldest = () =>
    task('newest', async (signal) => {
      const { rows, scannedTo } = await ask({ after: 0, limit: pageSize }, signal)
      const shown = await withCalls(rows.filter(accepts))
      if (signal.aborted) return
      window.reset(shown, false, rows.length === pageSize || scannedTo !== null)
      knownTo = scannedTo ?? rows.at(-1)?.id ?? 0
      following.value = false
    })

  const around = (id: number) =>
    task('newest', async (signal) => {
      const back = await readBack(id + 1, firstPage, signal)
      const { rows, scannedTo } = await ask({ after: id, limit: firstPage }, signal)
      const ahead = await withCalls(rows.filter(accepts))
      if (signal.aborted) return
      window.reset([...back.rows, ...ahead], back.more, rows.length === firstPage || scannedTo !== null)
      olderFrom = back.from
      knownTo = scannedTo ?? rows.at(-1)?.id ?? id
      following.value = false
    })

  const older = () =>
    task('older', async (signal) => {
      if (!window.hasOlder) return
      const first = window.firstId
      const before = olderFrom !== null && (first === null || olderFrom < first) ? olderFrom : first
      const { rows, more, from } = await readBack(before, pageSize, signal)
      if (signal.aborted) return
      window.prepend(rows)
      window.hasOlder = more
      olderFrom = from
      if (!following.value) window.trimNewest(windowLimit)
    })

  /** Reads forward from what is known; gives true when it reached the end. */
  const readOn = async (pages: number, signal: AbortSignal): Promise<boolean> => {
    for (let page = 0; page < pages; page++) {
      behind = false
      const { rows, scannedTo } = await ask({ after: knownTo, limit: pageSize }, signal)
      const shown = await withCalls(rows.filter(accepts))
      if (signal.aborted) return true
      const added = window.merge(shown)
      if (!following.value) unseen.value += added
      knownTo = Math.max(knownTo, scannedTo ?? rows.at(-1)?.id ?? knownTo)
      changed()
      if (rows.length < pageSize && scannedTo === null && !behind) return true
    }
    return false
  }

  const newer = () =>
    task('newer', async (signal) => {
      if (!window.hasNewer) return
      window.hasNewer = !(await readOn(1, signal))
      window.trimOldest(windowLimit)
    })

  /** Closes the gap that a burst, a pause or a broken connection left at the end of the window. */
  const catchUp = async () => {
    if (catching) return
    catching = true
    const { signal } = run
    try {
      const reached = await readOn(pagesInRow, signal)
      if (!signal.aborted && !reached) {
        if (following.value) await newest()
        else window.hasNewer = true
      }
    } catch (cause) {
      if (!signal.aborted) error.value = errorOf(cause)
    } finally {
      catching = false
    }
  }

  const apply = ({ frames, framesLeftOut, calls: callRows }: LiveChange) => {
    let touched = calls.apply(callRows)
    newestSeen = Math.max(newestSeen, frames.at(-1)?.id ?? 0)
    if (paused.value || window.hasNewer || catching || loading.value === 'newest') {
      let waiting = 0
      for (const row of frames) {
        if (row.id <= knownTo && !paused.value) touched = window.update(row) || touched
        else if (row.id > knownTo && accepts(row)) waiting++
      }
      behind = true
      if (!catching && loading.value !== 'newest') unseen.value += waiting
      if (touched && !paused.value) changed()
      return
    }
    const shown: FrameRow[] = []
    for (const row of frames) {
      if (accepts(row)) shown.push(row)
      else window.remove(row.id)
      if (row.id > knownTo) knownTo = row.id
    }
    const added = window.merge(shown)
    if (following.value) window.trimOldest(windowLimit)
    else if (added > 0) unseen.value += added
    if (added > 0 || shown.length > 0 || touched) changed()
    if (framesLeftOut) void catchUp()
  }

  return {
    window,
    version,
    loading,
    error,
    unseen,
    paused,
    following,
    follow: (on) => {
      following.value = on && !window.hasNewer
      if (following.value && !paused.value) unseen.value = 0
    },
    pause: (on) => {
      paused.value = on
      if (on) return
      unseen.value = following.value ? 0 : unseen.value
      if (!window.hasNewer) void catchUp()
    },
    show: (next) => {
      scope = next
      paused.value = false
      return newest()
    },
    newest,
    oldest,
    around,
    older,
    newer,
    apply,
  }
}
