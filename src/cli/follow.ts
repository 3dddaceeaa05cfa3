import type { CallRow, ChangeSet, FrameRow } from '../store/rows.ts'
import { callEntries, flowEntries, frameEntries, logEntries, sessionOf, type Entry } from './entry.ts'
import { heldFrames, type Look } from './held-frames.ts'

/** What of the traffic is wanted. */
export interface Wanted {
  /** Session uid, whole. */
  session?: string
  /** A method, or its beginning with `*` behind it. */
  method?: string
  /** Frames that are no messages too. */
  all: boolean
}

/** True when an entry is wanted. With a method only messages and calls of that method are. */
export const isWanted = (entry: Entry, { session, method }: Wanted): boolean => {
  if (session !== undefined && sessionOf(entry) !== session) return false
  if (method === undefined) return true
  const own = entry.kind === 'message' ? entry.message.method : entry.kind === 'unanswered' ? entry.call.method : null
  if (own === null) return false
  return method.endsWith('*') ? own.startsWith(method.slice(0, -1)) : own === method
}

/** Things told are remembered so that a row that changes again is not told again; at most this many. */
const MAX_TOLD = 20_000

/** Turns what each commit brought into entries, each told once. */
export interface Follower {
  /** Entries of one commit, by time. `callOf` answers for calls that are not in it. */
  push(change: ChangeSet, now: number, callOf: (id: number) => CallRow | undefined): Entry[]
  /** Entries of messages that rules held up: as they wait, and once it is known what became of them. */
  settle(now: number, callOf: (id: number) => CallRow | undefined): Entry[]
  /** Told already, as it is now. */
  skip(entries: readonly Entry[], now: number): void
  /** Marks frames up to this id as told already. */
  skipFrames(upTo: number): void
  /** The same of lines of the log. */
  skipLogs(upTo: number): void
  /** Calls that wait for their answer, oldest first. */
  waiting(): CallRow[]
  /** Calls that were waiting before the first commit. */
  await(calls: readonly CallRow[]): void
}

/** Without `look` every message is told as it comes. */
export const createFollower = (wanted: Wanted, look?: Look): Follower => {
  const told = new Set<string>()
  const watched = heldFrames(look)
  const pending = new Map<number, CallRow>()
  let skipped = 0
  let skippedLogs = 0

  const once = (key: string): boolean => {
    if (told.has(key)) return false
    told.add(key)
    const oldest = told.size > MAX_TOLD ? told.values().next().value : undefined
    if (oldest !== undefined) told.delete(oldest)
    return true
  }
  const note = (call: CallRow): void => {
    if (call.outcome === 'pending') pending.set(call.id, call)
    else pending.delete(call.id)
  }

  const isHeld = (frame: FrameRow, now: number): boolean =>
    !told.has(`m${frame.id}.0`) && !told.has(`f${frame.id}`) && watched.holds(frame, now)

  return {
    push: (change, now, callOf) => {
      for (const call of change.calls) note(call)
      const calls = new Map(change.calls.map((call) => [call.id, call]))
      const frames = change.frames
        .filter((frame) => frame.id > skipped && !isHeld(frame, now))
        .flatMap((frame) => frameEntries(frame, (id) => calls.get(id) ?? callOf(id), wanted.all))
      return [...frames, ...besideIn(change, now, skippedLogs)]
        .filter((entry) => isWanted(entry, wanted) && once(keyOf(entry)))
        .sort((a, b) => a.at - b.at)
    },
    settle: (now, callOf) =>
      watched
        .due(now)
        .flatMap((frame) => frameEntries(frame, callOf, wanted.all))
        .filter((entry) => isWanted(entry, wanted) && (watched.has(frameOf(entry)) || once(keyOf(entry)))),
    skip: (entries, now) => {
      for (const entry of entries) {
        if ((entry.kind === 'message' || entry.kind === 'frame') && isHeld(entry.frame, now))
          watched.told(entry.frame.id)
        else once(keyOf(entry))
      }
    },
    skipFrames: (upTo) => {
      skipped = Math.max(skipped, upTo)
    },
    skipLogs: (upTo) => {
      skippedLogs = Math.max(skippedLogs, upTo)
    },
    waiting: () =>
      [...pending.values()]
        .filter((call) => isWanted({ kind: 'unanswered', at: 0, call }, wanted))
        .sort((a, b) => a.id - b.id),
    await: (calls) => {
      for (const call of calls) note(call)
    },
  }
}

/** What a commit brought besides frames. */
const besideIn = ({ calls, flows, logs }: ChangeSet, now: number, skippedLogs: number): Entry[] => {
  const madeUp = new Map(calls.flatMap((call) => (call.madeBy === null ? [] : [[call.flow, call] as const])))
  return [
    ...calls.flatMap((call) => callEntries(call, call.answeredAt ?? now)),
    ...flows.flatMap((flow) => flowEntries(flow, madeUp.get(flow.id))),
    ...logs.filter(({ id }) => id > skippedLogs).flatMap(logEntries),
  ]
}

const frameOf = (entry: Entry): number => (entry.kind === 'message' || entry.kind === 'frame' ? entry.frame.id : 0)

const keyOf = (entry: Entry): string => {
  switch (entry.kind) {
    case 'message':
      return `m${entry.frame.id}.${entry.frame.messages.indexOf(entry.message)}`
    case 'frame':
      return `f${entry.frame.id}`
    case 'log':
      return `l${entry.log.id}`
    case 'unanswered':
      return `u${entry.call.id}`
    case 'refused':
      return `r${entry.flow.id}`
    case 'broken':
      return `b${entry.flow.id}${entry.direction}`
  }
}
