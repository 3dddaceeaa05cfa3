import { computed, effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import type { ApiError, LiveChange, Status } from '../../../src/api/contract.ts'
import { createApi, errorOf, type Api } from '../api/client.ts'
import { followLive, type LiveOptions, type LiveState } from '../api/live.ts'
import { createCalls, type Calls } from './calls.ts'
import { createFaults, type Faults } from './faults.ts'
import { createFrameBatch, type FrameBatch } from './frame-batch.ts'
import { placeOf, type Place } from './place.ts'
import { formatRoute, parseRoute, type Route } from './route.ts'
import { createSelection, type Selection } from './selection.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { Traffic } from './traffic.ts'
import { createVocabulary, type Vocabulary } from './vocabulary.ts'

/** Everything the page knows, joined once at start and handed down by context. */
export interface App {
  readonly api: Api
  readonly route: ReadonlySignal<Route>
  /** Changes the route; `push` makes a step the back button undoes. */
  readonly go: (change: Partial<Route>, push?: boolean) => void
  readonly status: ReadonlySignal<Status | null>
  /** Newest change the page has. */
  readonly seq: ReadonlySignal<number | null>
  /** What went wrong while starting. */
  readonly failure: ReadonlySignal<ApiError | null>
  readonly live: ReadonlySignal<LiveState>
  readonly sessions: Sessions
  readonly calls: Calls
  readonly traffic: Traffic
  readonly selection: Selection
  readonly faults: Faults
  readonly vocabulary: Vocabulary
  /** Which process new rules act in. */
  readonly place: ReadonlySignal<Place>
  /** The server's clock in microseconds, ticking about once a second, ten times while calls are pending. */
  readonly now: Signal<number>
  /** Loads the list for the route as it is. */
  readonly reload: () => Promise<void>
}

const beforePaint = (run: () => void) => {
  if (document.hidden) setTimeout(run, 250)
  else requestAnimationFrame(run)
}

const sleep = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })

/** Starts the page for a token; ends (live stream and timers) when the signal fires. */
export function startApp(token: string, onUnauthorized: (error: ApiError) => void, ended: AbortSignal): App {
  const api = createApi(token, onUnauthorized)
  const parts = createParts(api)
  const { calls, sessions, traffic, selection, faults } = parts
  const routing = startRouting(ended)
  const clock = startClock(calls, faults, ended)
  const failure = signal<ApiError | null>(null)
  const live = signal<LiveState>({ is: 'connecting' })
  const status = signal<Status | null>(null)
  const seq = signal<number | null>(null)

  const setStatus = (next: Status) => {
    status.value = next
    clock.set(next.now)
  }
  const apply = (change: LiveChange) => {
    sessions.apply(change.sessions)
    traffic.apply(change)
    selection.apply(change)
    faults.apply(change)
  }
  const batch = createFrameBatch(apply, beforePaint)
  const onChange = (change: LiveChange) => {
    seq.value = Math.max(seq.value ?? 0, change.seq)
    batch.add(change)
  }

  const reload = async () => {
    const { session, filter, frame } = routing.route.peek()
    await traffic.show({ session, filter })
    if (frame !== null && traffic.window.get(frame) === undefined) await traffic.around(frame)
  }
  const load = async () => {
    try {
      const first = await api.get<Status>('/api/status')
      setStatus(first)
      seq.value ??= first.capture.seq
      await Promise.all([sessions.load(), calls.loadPending(), faults.load()])
      failure.value = null
    } catch (cause) {
      failure.value = errorOf(cause)
    }
  }
  const onState = (state: LiveState) => {
    // another filter is another stream, and no reason to say that there was none
    if (state.is === 'connecting' && live.peek().is === 'open') return
    live.value = state
    if (state.is === 'open' && failure.value !== null) void load().then(reload)
  }
  void load().then(() => {
    const options = { api, since: () => seq.value, onChange, onStatus: setStatus, onState, wait: sleep }
    followFilter(routing.route, batch, options, ended)
  })
  watchRoute(routing.route, { selection, sessions, reload }, ended)
  watchProcesses(status, faults, ended)
  return { api, ...routing, seq, status, failure, live, ...parts, place: placeOf(status), now: clock.now, reload }
}

function createParts(api: Api) {
  const calls = createCalls(api)
  return {
    calls,
    sessions: createSessions(api),
    traffic: new Traffic(api, calls),
    selection: createSelection(api),
    faults: createFaults(api),
    vocabulary: createVocabulary(api),
  }
}

function startRouting(ended: AbortSignal) {
  const route = signal(parseRoute(location.search))
  addEventListener('popstate', () => void (route.value = parseRoute(location.search)), { signal: ended })
  const go = (change: Partial<Route>, push = false) => {
    // one thing is selected at a time: who names a frame means no line of the log, and the other way round
    const other = change.frame !== undefined ? { log: null } : change.log !== undefined ? { frame: null } : {}
    route.value = { ...route.value, ...other, ...change }
    const url = `${location.pathname}${formatRoute(route.value)}`
    if (push) history.pushState(null, '', url)
    else history.replaceState(null, '', url)
  }
  return { route, go }
}

/** Rules end with their process, which nobody writes down: they are read again when processes come or go. */
function watchProcesses(status: ReadonlySignal<Status | null>, faults: Faults, ended: AbortSignal): void {
  const processes = computed(() => status.value?.instances.map(({ id }) => id).join(' ') ?? null)
  let before: string | null = null
  const run = () => {
    const now = processes.value
    if (before !== null && now !== before) untracked(() => void faults.load())
    before = now
  }
  ended.addEventListener('abort', effect(run), { once: true })
}

function startClock(calls: Calls, faults: Faults, ended: AbortSignal) {
  let ahead = 0
  const now = signal(Date.now() * 1000)
  const tick = () => void (now.value = Date.now() * 1000 + ahead)
  let beat = 0
  const timer = setInterval(() => {
    beat++
    if (calls.pending.value.length + faults.breakpoints.held.value.length > 0 || beat % 10 === 0) tick()
  }, 100)
  ended.addEventListener('abort', () => clearInterval(timer))
  return {
    now,
    set: (server: number) => {
      ahead = server - Date.now() * 1000
      tick()
    },
  }
}

/** Follows anew whenever the text of the filter changes; what the stream before has told is taken first. */
function followFilter(
  route: ReadonlySignal<Route>,
  { flush }: FrameBatch,
  options: Omit<LiveOptions, 'filter'>,
  ended: AbortSignal,
): void {
  const text = computed(() => route.value.filter.text)
  const stop = effect(() => {
    const filter = text.value
    const run = new AbortController()
    untracked(() => {
      flush()
      void followLive({ ...options, filter }, AbortSignal.any([ended, run.signal]))
    })
    return () => run.abort()
  })
  ended.addEventListener('abort', stop, { once: true })
}

interface Followers {
  readonly selection: Selection
  readonly sessions: Sessions
  readonly reload: () => Promise<void>
}

/** Each part of the route is watched for itself: a click on a row must not load the list again. */
function watchRoute(
  route: ReadonlySignal<Route>,
  { selection, sessions, reload }: Followers,
  ended: AbortSignal,
): void {
  const watch = (run: () => void) => ended.addEventListener('abort', effect(run), { once: true })
  const frame = computed(() => route.value.frame)
  const session = computed(() => route.value.session)
  const filter = computed(() => route.value.filter)
  watch(() => {
    const id = frame.value
    untracked(() => void selection.select(id))
  })
  watch(() => {
    // A session that is not there shows as an empty list, which says so itself.
    if (session.value !== null) void sessions.need(session.value).catch(() => {})
  })
  watch(() => {
    void [session.value, filter.value]
    untracked(() => void reload())
  })
}
