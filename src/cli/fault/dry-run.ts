import { ProxyError } from '../../errors.ts'
import { faultOf } from '../../faults/index.ts'
import type { Rule } from '../../faults/rules/parse.ts'
import { explainRule } from '../../faults/rules/sentence.ts'
import { openReader } from '../../store/reader.ts'
import type { Reader } from '../../store/index.ts'
import type { FrameRow } from '../../store/rows.ts'
import { EXIT, type Context } from '../context.ts'
import { previewIn } from '../conversation.ts'
import { frameEntries } from '../entry.ts'
import { entryLine } from '../entry-line.ts'
import { countText } from '../units.ts'
import { callById } from '../walk.ts'
import { faultCapture, type WhereFlags } from './fault-capture.ts'
import { namedRules } from './named-rules.ts'
import { recordedHits } from './recorded-hits.ts'
import { writtenRule } from './rule-words.ts'

export interface DryRunFlags extends WhereFlags {
  rule?: string
  session?: string
  last: number
}

/** Frames shown for one rule. */
const SHOWN = 20

/** `fault dry-run`: which recorded frames rules would have hit. Nothing is changed. */
export const dryRun = async (words: readonly string[], flags: DryRunFlags, context: Context): Promise<number> => {
  const rules = meant(words, flags.rule)
  const reader = openReader((await faultCapture(flags, context)).path)
  try {
    const session = flags.session === undefined ? undefined : sessionIn(reader, flags.session)
    for (const rule of rules) tell(rule, reader, { session, last: flags.last, json: flags.json === true }, context)
    return EXIT.ok
  } finally {
    reader.close()
  }
}

/** A rule in words, or the rules of a file or a persona. */
const meant = (words: readonly string[], text: string | undefined): readonly Rule[] => {
  const [first, ...more] = words
  const named = text === undefined && first !== undefined && more.length === 0 && faultOf(first) === undefined
  return named && !first.startsWith('--') ? namedRules(first).rules : [writtenRule(words, text)]
}

const sessionIn = (reader: Reader, uid: string): string => {
  const found = reader.session(uid)
  if (found !== undefined) return found.uid
  throw new ProxyError('NOT_FOUND', `No session in ${reader.path} begins with ${uid}.`, {
    hint: 'mitmcp ls lists them.',
  })
}

interface Asked {
  readonly session: string | undefined
  readonly last: number
  readonly json: boolean
}

const tell = (rule: Rule, reader: Reader, { session, last, json }: Asked, { output }: Context): void => {
  const { searched, matches, hits, unasked } = recordedHits(reader, rule, { session, last })
  const sentence = explainRule(rule)
  if (json) {
    output.json({ rule: rule.id, sentence, searched, matched: matches.length, hits: hits.map(({ id }) => id), unasked })
    return
  }
  output.line(`${output.paint('strong', rule.id)}: ${sentence}`)
  const nouns = { connection: 'connection', session: 'session', stream: 'stream', message: 'message' } as const
  const among = `in the last ${countText(searched, 'frame')}${session === undefined ? '' : ` of session ${session}`}`
  const counted = matches.length === hits.length ? '' : `, of ${matches.length} that match`
  output.line(`  would have hit ${countText(hits.length, nouns[rule.per])}${counted}, ${among}`)
  if (unasked.length > 0) output.line(`  as if there were no ${unasked.join(', no ')}: only live traffic answers that`)
  if (hits.length > SHOWN) output.line(output.paint('dim', `  the newest ${SHOWN}:`))
  for (const frame of hits.slice(-SHOWN))
    for (const line of linesOf(frame, reader, session, output)) output.line(`  ${line}`)
}

const linesOf = (frame: FrameRow, reader: Reader, session: string | undefined, output: Context['output']): string[] =>
  frameEntries(frame, (id) => callById(reader, id), true).map((entry) =>
    entryLine(entry, output, { sessions: session === undefined, preview: previewIn(reader, entry) }),
  )
