import type { Command } from 'commander'
import { type Filter, KEYS, parseFilter } from '../filter/index.ts'
import { matcher } from '../filter/pattern.ts'
import { termsOf } from '../filter/tree.ts'
import type { Reader } from '../store/index.ts'
import type { CallRow, FlowRow, FrameRow, SessionRow } from '../store/rows.ts'
import { FRAME_KINDS } from '../store/schema.ts'
import type { Entry } from './entry.ts'

/** Flags of every command that shows only what a filter holds for. */
export interface FilterFlags {
  filter?: string
}

export const addFilterFlag = (command: Command): Command =>
  command
    .option('--filter <filter>', 'only what it holds for: see below')
    .addHelpText('after', () => `\n${filterHelp().join('\n')}`)

/** The language in short, for `--help`. */
const filterHelp = (): string[] => {
  const entries = Object.values(KEYS).map(({ sample, summary }) => `  ${sample.padEnd(30)}  ${summary}`)
  return [
    'Filter: terms with a space between are all true; "or", -term for not, (…) for groups.',
    "Quote it for the shell: 'method:tools/call (client:claude* or client:cursor) -outcome:ok'",
    ...entries,
    '  error|warning, tools/*          one or the other; anything. Numbers: >500ms, <=1kb, 400..499',
  ]
}

/** What was written as words of the command, as `--filter`, or as both. Undefined when nothing was. Throws `FILTER_INVALID`. */
export const filterFrom = (words: readonly string[], { filter }: FilterFlags): Filter | undefined => {
  const texts = [words.join(' '), filter ?? ''].filter((text) => text.trim() !== '')
  if (texts.length === 2) for (const text of texts) parseFilter(text)
  return texts.length === 0 ? undefined : parseFilter(texts.length === 1 ? texts.join('') : `(${texts.join(') (')})`)
}

/** True for a filter that asks for frames that are no messages: heads, pings. */
export const asksForFrames = ({ root }: Filter): boolean =>
  termsOf(root).some(
    ({ key, values }) =>
      key === 'kind' &&
      values.some(
        (value) => value.kind === 'pattern' && value.parts.join('') !== 'message' && FRAME_KINDS.some(matcher(value)),
      ),
  )

/** A negated term is no flag: with a blank in front commander takes it for a word. Of bare words, `-x` stays a flag. */
export const asOperand = (arg: string): string => arg.replace(/^-(?=-*([A-Za-z]+:|["(]))/, ' -')

/** What of a capture a filter holds for. */
export interface Filtered {
  readonly filter: Filter
  frames(rows: readonly FrameRow[]): Set<number>
  call(call: CallRow): boolean
  /** One of its frames. */
  flow(flow: FlowRow): boolean
  /** One of its frames. */
  session(session: SessionRow): boolean
  /** A line of a conversation. Lines of the log are no traffic, and left out. `held`: its frames that were asked about already. */
  entry(entry: Entry, held?: ReadonlySet<number>): boolean
}

type Asked = Pick<Reader, 'frames' | 'matching' | 'callsMatching'>

export const filtered = (filter: Filter, reader: Asked): Filtered => {
  const anyFrame = (of: { session: string } | { flow: number }): boolean => {
    for (let after: number | null = 0; after !== null;) {
      const { rows, scannedTo } = reader.frames({ ...of, filter, after, limit: 1 })
      if (rows.length > 0) return true
      after = scannedTo
    }
    return false
  }
  const frames: Filtered['frames'] = (rows) =>
    new Set(
      reader
        .matching(
          filter,
          rows.map(({ id }) => id),
        )
        .map(({ id }) => id),
    )
  const call: Filtered['call'] = ({ id }) =>
    reader.callsMatching(filter, { after: id - 1, before: id + 1, limit: 1 }).rows.length > 0
  const flow: Filtered['flow'] = ({ id }) => anyFrame({ flow: id })
  const session: Filtered['session'] = ({ uid }) => anyFrame({ session: uid })
  const entry: Filtered['entry'] = (one, held) => {
    switch (one.kind) {
      case 'message':
      case 'frame':
        return (held ?? frames([one.frame])).has(one.frame.id)
      case 'unanswered':
        return call(one.call)
      case 'refused':
      case 'broken':
        return flow(one.flow)
      case 'log':
        return false
    }
  }
  return { filter, frames, call, flow, session, entry }
}

/** Sessions with a frame the filter holds for, newest first, at most `limit`. */
export const sessionsWith = (reader: Asked & Pick<Reader, 'sessions'>, filter: Filter, limit: number): SessionRow[] => {
  const { session: holds } = filtered(filter, reader)
  const found: SessionRow[] = []
  for (let before: number | undefined; ;) {
    const page = reader.sessions({ limit: 200, ...(before !== undefined && { before }) })
    for (const session of page) {
      if (holds(session)) found.push(session)
      if (found.length === limit) return found
    }
    before = page.at(-1)?.id
    if (page.length < 200) return found
  }
}
