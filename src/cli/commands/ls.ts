import { InvalidArgumentError } from 'commander'
import { aliveInstances } from '../alive.ts'
import { EXIT, type Context, type Verb } from '../context.ts'
import { addCaptureFlags, openMeantCapture, type CaptureFlags } from '../capture.ts'
import { addFilterFlag, filterFrom, type FilterFlags, sessionsWith } from '../filter.ts'
import { quoted } from '../invocation.ts'
import type { Output } from '../output.ts'
import { printable, shortened } from '../printable.ts'
import { tableLines, type Cell } from '../table.ts'
import { bytesText, countText, dayText, durationText } from '../units.ts'
import { explain, type Filter } from '../../filter/index.ts'
import type { Reader } from '../../store/index.ts'
import type { SessionRow } from '../../store/rows.ts'

interface LsFlags extends CaptureFlags, FilterFlags {
  limit: number
}

const limit = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > 5000) throw new InvalidArgumentError('It must be 1 to 5000.')
  return Number(text)
}

/** `mitmcp ls`: the sessions of a capture, newest first. */
export const ls: Verb = {
  name: 'ls',
  offers: [{ have: 'recorded sessions, and want to see which', type: 'ls' }],
  define(program, context, finish) {
    const command = program
      .command('ls')
      .description('list recorded sessions, newest first')
      .argument('[filter...]', 'only sessions with traffic it holds for, e.g. tool:search outcome:error')
    addFilterFlag(addCaptureFlags(command).option('--limit <count>', 'how many at most', limit, 50)).action(
      async (words: string[], flags: LsFlags) => finish(await list(filterFrom(words, flags), flags, context)),
    )
  },
}

const list = async (filter: Filter | undefined, flags: LsFlags, context: Context): Promise<number> => {
  const { output } = context
  const reader = await openMeantCapture(flags, context)
  if (!reader) return EXIT.ok
  try {
    const { limit } = flags
    const sessions = filter === undefined ? reader.sessions({ limit }) : sessionsWith(reader, filter, limit)
    if (flags.json) for (const session of sessions) output.json(session)
    else if (sessions.length === 0 && filter !== undefined)
      output.note(`No session in ${reader.path} has any of this: ${explain(filter)}.`)
    else if (sessions.length === 0) output.note(`No sessions in ${reader.path} yet. A client has to connect first.`)
    else {
      const now = context.now()
      for (const line of sessionLines(sessions, output, now, aliveInstances(reader, now))) output.line(line)
      if (output.terminal)
        for (const line of nextLines(sessions, filter === undefined ? reader : null, flags, context))
          output.line(output.paint('dim', line))
    }
    return EXIT.ok
  } finally {
    reader.close()
  }
}

/** What to type next, and what was left out: with a filter nobody has counted that. */
const nextLines = (
  sessions: readonly SessionRow[],
  reader: Pick<Reader, 'totals'> | null,
  { db }: LsFlags,
  { command }: Context,
): string[] => {
  const older = reader === null ? 0 : reader.totals().sessions - sessions.length
  const own = db === undefined ? '' : ` --db ${quoted(db)}`
  return [
    '',
    ...(older > 0 ? [`${countText(older, 'older session')} left out; --limit shows more.`] : []),
    `Read one: ${command} show ${sessions[0]?.uid ?? ''}${own}`,
  ]
}

const RIGHT = new Set([5, 6, 7, 8])

/** Lines of the table. A session counts as open while it has not ended and its process is one of the `alive`. */
export const sessionLines = (
  sessions: readonly SessionRow[],
  output: Output,
  now: number,
  alive: ReadonlySet<number>,
): string[] =>
  tableLines(
    ['Session', 'Started', 'Lasted', 'Client', 'Server', 'Calls', 'Failed', 'Waiting', 'Size', 'Protocol'],
    sessions.map((session) => rowOf(session, output, now, alive)),
    output,
    RIGHT,
  )

const rowOf = (session: SessionRow, output: Output, now: number, alive: ReadonlySet<number>): (Cell | string)[] => {
  const colour = (as: 'bad' | 'warn', count: number): Cell => ({
    text: String(count),
    paint: (text) => output.paint(count > 0 ? as : 'dim', text),
  })
  const peer = (who: SessionRow['client'], otherwise: string): string =>
    shortened(printable(who === null ? otherwise : `${who.name} ${who.version}`), 28)
  const span = durationText((session.endedAt ?? session.lastAt) - session.startedAt)
  return [
    { text: session.uid, paint: (text) => output.paint('strong', text) },
    dayText(session.startedAt, now),
    session.endedAt === null && alive.has(session.instance) ? `${span}, open` : span,
    peer(session.client, '?'),
    peer(session.serverInfo, session.server === '' ? session.target : session.server),
    String(session.calls),
    colour('bad', session.errors),
    colour('warn', session.pending),
    bytesText(session.bytes),
    printable(
      [session.transport, session.revision ?? '', session.probe ? 'probe' : ''].filter((word) => word !== '').join(' '),
    ),
  ]
}
