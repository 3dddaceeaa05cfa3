import { ProxyError } from '../../errors.ts'
import { explain, type Filter } from '../../filter/index.ts'
import type { Reader } from '../../store/index.ts'
import type { SessionRow } from '../../store/rows.ts'
import { aliveInstances } from '../alive.ts'
import { addCaptureFlags, openMeantCapture, type CaptureFlags } from '../capture.ts'
import { EXIT, type Context, type Verb } from '../context.ts'
import { arrivalIn } from '../arrival.ts'
import { badgeIn, conversation, previewIn, rowsOf } from '../conversation.ts'
import { detailLines } from '../detail-lines.ts'
import { entryLine } from '../entry-line.ts'
import { addFilterFlag, asksForFrames, filterFrom, type FilterFlags } from '../filter.ts'
import { printable } from '../printable.ts'
import { tellFrame } from '../frame-lines.ts'
import { bytesText, countText, dayText, durationText } from '../units.ts'
import { callsOf } from '../walk.ts'

interface ShowFlags extends CaptureFlags, FilterFlags {
  headers?: true
  body?: true
  all?: true
}

/** `mitmcp show [session]`: one conversation, in order. */
export const show: Verb = {
  name: 'show',
  offers: [{ have: 'a session to read (the newest, or the one named)', type: 'show [session]' }],
  define(program, context, finish) {
    const command = program
      .command('show')
      .description('read one session in order: calls, answers, how long each took, and how it ended')
      .argument('[session]', 'its id or the beginning of it (default: the newest); or the number of a frame')
    addFilterFlag(addCaptureFlags(command))
      .option('--headers', 'HTTP heads too')
      .option('--body', 'messages in full, indented')
      .option('--all', 'every frame: heads, comments, pings, opaque bytes')
      .action(async (uid: string | undefined, flags: ShowFlags) => {
        const filter = filterFrom([], flags)
        const all = flags.all === true || (filter !== undefined && asksForFrames(filter))
        finish(await tell(uid, filter, all ? { ...flags, all } : flags, context))
      })
  },
}

const tell = async (
  uid: string | undefined,
  filter: Filter | undefined,
  flags: ShowFlags,
  context: Context,
): Promise<number> => {
  const reader = await openMeantCapture(flags, context)
  if (!reader) return EXIT.ok
  try {
    if (uid !== undefined && /^\d+$/.test(uid)) {
      tellFrame(reader, Number(uid), flags, context)
      return EXIT.ok
    }
    const session = reader.session(uid)
    if (session === undefined && uid !== undefined) {
      throw new ProxyError('NOT_FOUND', `No session in ${reader.path} begins with ${uid}.`, {
        hint: `${context.command} ls lists them.`,
      })
    }
    if (session === undefined) context.output.note(`No sessions in ${reader.path} yet. A client has to connect first.`)
    else if (flags.json) tellJson(reader, session, filter, flags, context)
    else tellText(reader, session, filter, flags, context)
    return EXIT.ok
  } finally {
    reader.close()
  }
}

const everyFrame = ({ all, headers }: ShowFlags): boolean => all === true || headers === true

/** JSON lines: the session, then its frames and lines of its log by time, then its calls. */
const tellJson = (
  reader: Reader,
  session: SessionRow,
  filter: Filter | undefined,
  flags: ShowFlags,
  { output }: Context,
): void => {
  output.json({ type: 'session', ...session })
  const full = flags.body === true || flags.headers === true
  for (const row of rowsOf(reader, session.uid, !everyFrame(flags), filter)) {
    if ('log' in row) output.json({ type: 'log', ...row.log })
    else output.json({ type: 'frame', ...(full ? (reader.frame(row.frame.id) ?? row.frame) : row.frame) })
  }
  for (const call of callsOf(reader, session.uid, filter)) output.json({ type: 'call', ...call })
}

const tellText = (
  reader: Reader,
  session: SessionRow,
  filter: Filter | undefined,
  flags: ShowFlags,
  context: Context,
): void => {
  const { output } = context
  const open = session.endedAt === null && aliveInstances(reader, context.now()).has(session.instance)
  for (const line of headingOf(session, open, context)) output.line(line)
  for (const line of processLines(reader, session)) output.line(output.paint('dim', line))
  output.line()
  let told = 0
  for (const entry of conversation(reader, session, everyFrame(flags), filter)) {
    told++
    if (entry.kind === 'frame' && flags.all !== true && entry.frame.kind !== 'head') continue
    const preview = flags.body === true ? '' : previewIn(reader, entry)
    output.line(
      entryLine(entry, output, {
        sessions: false,
        preview,
        badge: badgeIn(reader, entry),
        arrival: arrivalIn(reader, entry),
      }),
    )
    for (const line of detailLines(reader, entry, flags, output)) output.line(line)
  }
  if (told === 0 && filter !== undefined) output.note(`Nothing in this session is any of this: ${explain(filter)}.`)
  for (const { method, tool, requestedAt, outcome } of callsOf(reader, session.uid, filter)) {
    if (outcome !== 'pending') continue
    const called = printable([method, tool ?? ''].join(' ').trim())
    const age = durationText(context.now() - requestedAt)
    const state = open ? `is not answered yet, after ${age}` : 'was not answered when the recording ended'
    output.line(output.paint('warn', `${called} ${state}`))
  }
}

/** Of stdio: how the server was started, how long that took, and how it ended. */
const processLines = (reader: Reader, { uid, probe }: SessionRow): string[] => {
  const [flow] = reader.flows({ session: uid, limit: 1 })
  const found = flow === undefined ? undefined : reader.process(flow.connection)
  if (found === undefined) return []
  const { command, args, cwd, pid, startedAt, firstByteAt, handshakeAt, readyAt, exitedAt, exitCode, signal } = found
  const after = (name: string, at: number | null): string[] =>
    at === null ? [] : [`${name} after ${durationText(at - startedAt)}`]
  const exit = exitedAt === null ? [] : [`ended ${signal === null ? `with code ${exitCode ?? '?'}` : `by ${signal}`}`]
  const steps = [...after('first byte', firstByteAt), ...after('handshake', handshakeAt), ...after('ready', readyAt)]
  const who = [pid === null ? 'not started' : `pid ${pid}`, ...(probe ? ['a probe: only asked server/discover'] : [])]
  return [printable(`${[command, ...args].join(' ')}  in ${cwd}`), [...who, ...steps, ...exit].join(' · ')]
}

const headingOf = (session: SessionRow, open: boolean, { output, now }: Context): string[] => {
  const who = (peer: SessionRow['client'], otherwise: string): string =>
    printable(peer === null ? otherwise : `${peer.name} ${peer.version}`)
  const end = session.endedAt ?? session.lastAt
  const facts = [
    dayText(session.startedAt, now()),
    `${durationText(end - session.startedAt)}${open ? ', open' : ''}`,
    printable(`${session.transport} ${session.revision ?? ''}`.trim()),
    countText(session.calls, 'call'),
    `${session.errors} failed`,
    bytesText(session.bytes),
  ]
  const names = `${who(session.client, 'unknown client')} → ${who(session.serverInfo, session.target)}`
  return [`${output.paint('strong', session.uid)}  ${names}`, output.paint('dim', facts.join(' · '))]
}
