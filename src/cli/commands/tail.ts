import { InvalidArgumentError } from 'commander'
import { setTimeout as delay } from 'node:timers/promises'
import { parseDuration } from '../../faults/values.ts'
import { ProxyError } from '../../errors.ts'
import type { Filter } from '../../filter/index.ts'
import type { Reader } from '../../store/index.ts'
import type { ChangeSet, FrameRow } from '../../store/rows.ts'
import { aliveInstances } from '../alive.ts'
import { addCaptureFlags, waitForCapture, type CaptureFlags } from '../capture.ts'
import { EXIT, type Context, type Verb } from '../context.ts'
import { arrivalIn, frameArrival } from '../arrival.ts'
import { badgeIn, previewIn } from '../conversation.ts'
import { detailLines } from '../detail-lines.ts'
import { frameEntries, type Entry } from '../entry.ts'
import { entriesBeside } from '../entries-beside.ts'
import { entryLine } from '../entry-line.ts'
import { addFilterFlag, asksForFrames, filtered, type Filtered, filterFrom, type FilterFlags } from '../filter.ts'
import { createFollower, isWanted, type Follower, type Wanted } from '../follow.ts'
import { waitingLine, waitingNotes } from '../waiting.ts'
import { callById } from '../walk.ts'

interface TailFlags extends CaptureFlags, FilterFlags {
  session?: string
  method?: string
  all?: true
  headers?: true
  body?: true
  since?: number
  lines: number
}

/** With so many new frames at once there is no time for previews: keeping up matters more. */
const BUSY_FRAMES = 1000

/** How often the capture is asked for what is new. */
const POLL_MS = 50

const duration = (text: string): number => {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('Write it as 30s, 5m, 2h or 1d.')
  return ms
}

const count = (text: string): number => {
  if (!/^\d{1,4}$/.test(text) || Number(text) > 5000) throw new InvalidArgumentError('It must be 0 to 5000.')
  return Number(text)
}

/** `mitmcp tail`: every message as it passes, from any process that records into the capture. */
export const tail: Verb = {
  name: 'tail',
  offers: [{ have: 'traffic right now, and want to follow it here', type: 'tail' }],
  define(program, context, finish) {
    const command = program
      .command('tail')
      .description('follow messages as they pass; calls that wait stay in sight')
      .argument('[filter...]', 'only what it holds for, e.g. method:tools/call client:claude*')
    addFilterFlag(addCaptureFlags(command))
      .option('--session <id>', 'one session only: its id or the beginning of it')
      .option('--method <name>', 'one method only, e.g. tools/call or notifications/*')
      .option('--all', 'every frame: heads, comments, pings, opaque bytes')
      .option('--headers', 'HTTP heads too')
      .option('--body', 'messages in full, indented')
      .option('--since <span>', 'begin this long ago, e.g. 5m', duration)
      .option('-n, --lines <count>', 'begin with so many messages of before', count, 10)
      .action(async (words: string[], flags: TailFlags) => {
        const filter = filterFrom(words, flags)
        const all = flags.all === true || (filter !== undefined && asksForFrames(filter))
        finish(await followCapture(filter, all ? { ...flags, all } : flags, context))
      })
  },
}

const followCapture = async (filter: Filter | undefined, flags: TailFlags, context: Context): Promise<number> => {
  const stopping = context.stopping()
  const reader = await waitForCapture(flags, context, stopping)
  if (!reader) return EXIT.ok
  try {
    const held = filter === undefined ? undefined : filtered(filter, reader)
    const wanted = wantedOf(flags, reader, context)
    const follower = createFollower(wanted, {
      frame: (id) => reader.frames({ after: id - 1, before: id + 1, limit: 1 }).rows[0],
      arrival: (frame) => frameArrival(reader, frame),
    })
    const tell = teller(reader, flags, context)
    let since = reader.seq()
    follower.await(pendingNow(reader, context.now()))
    const past = before(reader, follower, wanted, flags, context, held)
    follower.skip(past, context.now())
    for (const entry of past) tell(entry)
    const notes = waitingNotes()
    while (!stopping.aborted) {
      const changes = reader.changes(since)
      const busy = changes.reduce((frames, change) => frames + change.frames.length, 0) >= BUSY_FRAMES
      for (const change of changes) {
        since = change.seq
        tellChange(change, reader, follower, flags, context, held, (entry) => tell(entry, busy))
      }
      const now = context.now()
      for (const entry of follower.settle(now, (id) => callById(reader, id)))
        if (held?.entry(entry) ?? true) tell(entry)
      if (!flags.json) {
        const waiting = follower.waiting().filter((call) => held?.call(call) ?? true)
        if (context.output.terminal) context.output.status(waitingLine(waiting, now, context.output))
        else for (const text of notes(waiting, now)) context.output.line(text)
      }
      await delay(changes.length > 0 ? 1 : POLL_MS, undefined, { signal: stopping }).catch(() => undefined)
    }
    context.output.status('')
    return EXIT.ok
  } finally {
    reader.close()
  }
}

const wantedOf = (flags: TailFlags, reader: Reader, { command }: Context): Wanted => {
  const wanted: Wanted = { all: flags.all === true || flags.headers === true }
  if (flags.method !== undefined) wanted.method = flags.method
  if (flags.session === undefined) return wanted
  const session = reader.session(flags.session)
  if (session === undefined) {
    throw new ProxyError('NOT_FOUND', `No session in ${reader.path} begins with ${flags.session}.`, {
      hint: `${command} ls lists them.`,
    })
  }
  return { ...wanted, session: session.uid }
}

/** Calls that wait in processes that live: what a killed process left behind would wait for ever. */
const pendingNow = (reader: Reader, now: number): ReturnType<Reader['calls']> => {
  const alive = aliveInstances(reader, now)
  const earliest = Math.min(
    ...reader
      .instances()
      .filter(({ id, role }) => alive.has(id) && role !== 'ui')
      .map(({ startedAt }) => startedAt),
  )
  return reader.calls({ outcome: 'pending', limit: 1000 }).filter(({ requestedAt }) => requestedAt >= earliest)
}

/** The last messages before now, oldest first: as many as asked for, or as far back as asked for. */
const before = (
  reader: Reader,
  follower: Follower,
  wanted: Wanted,
  flags: TailFlags,
  { now, output }: Context,
  held: Filtered | undefined,
): Entry[] => {
  const from = flags.since === undefined ? 0 : now() - flags.since * 1000
  const frames: FrameRow[] = []
  const entries: Entry[] = []
  const limit = flags.since === undefined ? flags.lines : 1000
  let before: number | undefined
  for (let pages = 0; limit > 0; pages++) {
    const page = reader.frames({
      limit: flags.since === undefined ? limit - frames.length : limit,
      ...(held && { filter: held.filter }),
      ...(before === undefined ? {} : { before }),
      ...(wanted.session === undefined ? {} : { session: wanted.session }),
      ...(wanted.all ? {} : { messages: true }),
    })
    frames.unshift(...page.rows.filter(({ receivedAt }) => receivedAt >= from))
    before = page.scannedTo ?? page.rows[0]?.id
    const oldest = page.rows[0]
    const full = flags.since === undefined && (page.scannedTo === null || frames.length >= limit)
    const enough = full || (oldest !== undefined && oldest.receivedAt < from)
    if (enough || before === undefined || (page.scannedTo === null && page.rows.length < limit)) break
    if (pages >= MAX_SCANS && page.scannedTo !== null) {
      output.note(`What was before frame ${page.scannedTo} was not looked through: that would take too long.`)
      break
    }
  }
  for (const frame of frames) {
    follower.skipFrames(frame.id)
    entries.push(...frameEntries(frame, (id) => callById(reader, id), wanted.all))
  }
  const beside = flags.since !== undefined || flags.lines > 0
  const first = flags.since !== undefined ? from : frames[0]?.receivedAt
  if (beside) entries.push(...entriesBeside(reader, wanted, { from: first, lines: flags.lines }, held))
  for (const entry of entries) if (entry.kind === 'log') follower.skipLogs(entry.log.id)
  return entries.filter((entry) => isWanted(entry, wanted)).sort((a, b) => a.at - b.at)
}

/** How often in a row a search of what was before may stop for time, at 80 ms each. */
const MAX_SCANS = 25

type Tell = (entry: Entry, busy?: boolean) => void

const teller =
  (reader: Reader, flags: TailFlags, { output }: Context): Tell =>
  (entry, busy = false) => {
    if (entry.kind === 'frame' && flags.all !== true && entry.frame.kind !== 'head') return
    const arrival = arrivalIn(reader, entry)
    if (flags.json) {
      // its row is told once it is known what became of it
      if (arrival === 'held') return
      if (entry.kind === 'log') output.json({ type: 'log', ...entry.log })
      if (entry.kind === 'message' && entry.frame.messages[0] !== entry.message) return
      if (entry.kind === 'message' || entry.kind === 'frame') {
        output.json({ type: 'frame', ...(flags.body ? (reader.frame(entry.frame.id) ?? entry.frame) : entry.frame) })
      }
      return
    }
    const preview = flags.body || busy ? '' : previewIn(reader, entry)
    output.line(
      entryLine(entry, output, {
        sessions: flags.session === undefined,
        preview,
        badge: busy ? '' : badgeIn(reader, entry),
        arrival,
      }),
    )
    for (const line of detailLines(reader, entry, flags, output)) output.line(line)
  }

/** With `--json` calls and flows are rows of their own: a call when its outcome is known, a flow when it has ended. */
const tellChange = (
  change: ChangeSet,
  reader: Reader,
  follower: Follower,
  flags: TailFlags,
  { output, now }: Context,
  held: Filtered | undefined,
  tell: (entry: Entry) => void,
): void => {
  const frames = held?.frames(change.frames)
  for (const entry of follower.push(change, now(), (id) => callById(reader, id)))
    if (held?.entry(entry, frames) ?? true) tell(entry)
  if (!flags.json) return
  const belongs = ({ session }: { session: string | null }): boolean =>
    flags.session === undefined || session?.startsWith(flags.session) === true
  for (const call of change.calls)
    if (call.outcome !== 'pending' && belongs(call) && (held?.call(call) ?? true))
      output.json({ type: 'call', ...call })
  for (const flow of change.flows)
    if (flow.endedAt !== null && belongs(flow) && (held?.flow(flow) ?? true)) output.json({ type: 'flow', ...flow })
}
