/**
 * What happens in the capture, as an event stream. The capture itself is the queue: a stream holds a position in it and reads on
 * only when the client has taken what it was given, so a slow one costs nothing and later gets one event that says what it missed.
 */
import type { Filter, Key } from '../filter/index.ts'
import { termsOf } from '../filter/tree.ts'
import type { ChangeSet, Reader } from '../store/index.ts'
import type { LiveChange, Status } from './contract.ts'

/** Milliseconds that never run backwards, and a wait that ends early when the signal says so. */
export interface LiveClock {
  now(): number
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export interface LiveOptions {
  readonly reader: Pick<Reader, 'seq' | 'changes' | 'matching' | 'frames'>
  readonly status: () => Status
  /** Changes after this one are told. */
  readonly since: number
  readonly clock: LiveClock
  /** Frames it does not hold for are told by their number alone. */
  readonly filter?: Filter
  /** Ends the stream. */
  readonly stopping: AbortSignal
}

/** How often the capture is asked whether there is something new. */
const POLL_MS = 60
/** At most ten `change` events a second. */
const CHANGE_MS = 100
const STATUS_MS = 2000
const HEARTBEAT_MS = 15_000
const MAX_FRAMES = 1000
/** Lines of the log sent with a change; the rest of a flood is asked for. */
const MAX_LOGS = 1000

/** Server-sent events (WHATWG HTML §9.2) as UTF-8; one is made at a time, when the one before has been taken. */
export function liveStream({
  reader,
  status,
  since,
  clock,
  stopping,
  filter,
}: LiveOptions): ReadableStream<Uint8Array> {
  const left = new AbortController()
  const over = AbortSignal.any([stopping, left.signal])
  const encoder = new TextEncoder()
  // a position beyond the capture belongs to another capture: begin at the end of this one
  let seq = Math.min(since, reader.seq())
  let [changeDue, statusDue] = [0, 0]
  let heartbeatDue = clock.now() + HEARTBEAT_MS
  let told = ''

  const next = (): string | undefined => {
    const now = clock.now()
    if (now >= statusDue) {
      statusDue = now + STATUS_MS
      const current = status()
      const lasting = withoutTime(current)
      if (lasting !== told) {
        told = lasting
        return `event: status\ndata: ${JSON.stringify(current)}\n\n`
      }
    }
    if (now >= changeDue && reader.seq() > seq) {
      changeDue = now + CHANGE_MS
      const all = changeAfter(reader, seq)
      const change = filter === undefined ? all : narrowed(reader, all, filter)
      seq = change.seq
      if (isEmpty(change)) return undefined
      return `event: change\nid: ${seq}\ndata: ${JSON.stringify(change)}\n\n`
    }
    return now >= heartbeatDue ? ': still here\n\n' : undefined
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (!over.aborted) {
          const event = next()
          if (event !== undefined) {
            heartbeatDue = clock.now() + HEARTBEAT_MS
            controller.enqueue(encoder.encode(event))
            return
          }
          await clock.sleep(POLL_MS, over)
        }
        if (!left.signal.aborted) controller.close()
      },
      cancel() {
        left.abort()
      },
    },
    { highWaterMark: 0 },
  )
}

/**
 * Everything between `since` and now as one. Where that is more than 1000 frames, the first 1000, and `framesLeftOut`; that also
 * where changes after `since` have been pruned, which leaves a hole in the count.
 */
function changeAfter(reader: LiveOptions['reader'], since: number): LiveChange {
  const newest = reader.seq()
  const sets = reader.changes(since, MAX_FRAMES)
  const frames = distinct(sets, (set) => set.frames)
  const reached = sets.at(-1)?.seq ?? since
  const gap = reached < newest || (sets[0] !== undefined && sets[0].seq > since + 1)
  const logs = distinct(sets, (set) => set.logs)
  return {
    seq: Math.max(newest, reached),
    frames: frames.slice(0, MAX_FRAMES),
    otherFrames: [],
    flows: distinct(sets, (set) => set.flows),
    calls: distinct(sets, (set) => set.calls),
    sessions: distinct(sets, (set) => set.sessions),
    logs: logs.slice(0, MAX_LOGS),
    rules: [...new Map(sets.flatMap((set) => set.rules).map((rule) => [rule.key, rule])).values()],
    held: distinct(sets, (set) => set.held),
    framesLeftOut: gap || frames.length > MAX_FRAMES,
    logsLeftOut: gap || logs.length > MAX_LOGS,
  }
}

/** Flows whose frames are asked again; of more, the first. */
const MAX_FLOWS = 100
/** Frames of such a flow: an exchange has few, of a stream the first will do. */
const FLOW_FRAMES = 10

/** What of a change a filter holds for. A call that is answered and a flow that ends change what is true of frames before. */
function narrowed(reader: LiveOptions['reader'], change: LiveChange, filter: Filter): LiveChange {
  const keys = new Set(termsOf(filter.root).map(({ key }) => key))
  const later = (...some: Key[]): boolean => some.some((key) => keys.has(key))
  const ofCalls = later('outcome', 'duration')
    ? change.calls.flatMap((call) => [call.requestFrame, call.responseFrame])
    : []
  const flows = later('status', 'ending', 'era', 'stream', 'session', 'client', 'transport') ? change.flows : []
  const ofFlows = flows
    .slice(0, MAX_FLOWS)
    .flatMap(({ id }) => reader.frames({ flow: id, after: 0, limit: FLOW_FRAMES }).rows.map((row) => row.id))
  const own = change.frames.map(({ id }) => id)
  const ids = [...new Set([...own, ...ofCalls, ...ofFlows])].filter((id) => id !== null)
  const frames = reader.matching(filter, ids)
  const held = new Set(frames.map(({ id }) => id))
  return { ...change, frames, otherFrames: ids.filter((id) => !held.has(id)) }
}

/** Of a commit that only touched connections, or whose rows have been pruned, there is nothing to tell. */
function isEmpty({ framesLeftOut, ...change }: LiveChange): boolean {
  const { frames, otherFrames, flows, calls, sessions, logs, rules, held } = change
  const rows = [frames, otherFrames, flows, calls, sessions, logs, rules, held]
  return !framesLeftOut && rows.every((each) => each.length === 0)
}

/** Each row once: a later commit has it as it is now, as the earlier one has. */
function distinct<Row extends { readonly id: number }>(
  sets: readonly ChangeSet[],
  of: (set: ChangeSet) => readonly Row[],
): Row[] {
  return [...new Map(sets.flatMap(of).map((row) => [row.id, row])).values()]
}

/** What makes a status worth telling: all but the clock, the count of changes (told by them) and heartbeats. */
function withoutTime(status: Status): string {
  const instances = status.instances.map((instance) => ({ ...instance, seenAt: 0 }))
  return JSON.stringify({ ...status, now: 0, capture: { ...status.capture, seq: 0 }, instances })
}
