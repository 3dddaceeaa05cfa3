import { parseFilter } from '../../filter/index.ts'
import type { Rule } from '../../faults/rules/parse.ts'
import type { Reader } from '../../store/index.ts'
import type { FrameRow } from '../../store/rows.ts'

/** What a rule would have met of recorded traffic. */
export interface RecordedHits {
  /** Frames looked at. */
  readonly searched: number
  /** First frame of each match, oldest first. */
  readonly matches: readonly FrameRow[]
  /** Of these, what its counters let through: `skip`, `nth`, `every`, `times`. */
  readonly hits: readonly FrameRow[]
  /** Words of the rule that no recording answers. */
  readonly unasked: readonly string[]
}

/** Words that depend on when the rule began, on what it did, or on chance. */
const LIVE = ['probability', 'after', 'window', 'state', 'limit', 'new-connections-only', 'for'] as const

/** Asks the same filter of the newest `last` frames, of one session or all. */
export const recordedHits = (
  reader: Pick<Reader, 'frames' | 'matching'>,
  rule: Rule,
  { session, last }: { readonly session?: string | undefined; readonly last: number },
): RecordedHits => {
  const frames = newest(reader, session, last)
  const { applies } = rule.fault
  // a match in the other direction makes no difference where single messages are damaged
  const [only, other] = rule.directions
  const way = rule.perUnit && other === undefined ? [`dir:${only ?? 's2c'}`] : []
  const filter = parseFilter([`transport:${applies.join('|')}`, ...way, ...grouped(rule.filter.text)].join(' '))
  const found = reader.matching(
    filter,
    frames.map(({ id }) => id),
  )
  const seen = new Set<string>()
  const matches = found.filter((frame) => {
    const key = scopeOf(frame, rule)
    return !seen.has(key) && seen.add(key)
  })
  const unasked = LIVE.filter((word) => rule.source[word] !== undefined && rule.source[word] !== false)
  return { searched: frames.length, matches, hits: counted(matches, rule), unasked }
}

const grouped = (text: string): string[] => (text.trim() === '' ? [] : [`(${text})`])

/** Rows a page gives at most. */
const PAGE = 5000

const newest = (reader: Pick<Reader, 'frames'>, session: string | undefined, last: number): FrameRow[] => {
  const found: FrameRow[] = []
  for (let before: number | undefined; found.length < last;) {
    const limit = Math.min(PAGE, last - found.length)
    const { rows } = reader.frames({
      limit,
      ...(session === undefined ? {} : { session }),
      ...(before === undefined ? {} : { before }),
    })
    found.unshift(...rows)
    before = rows[0]?.id
    if (rows.length < limit) break
  }
  return found
}

/** What one match covers. Head, body and end of an exchange pass as one unit. */
const scopeOf = ({ id, kind, flow, direction, connection, session }: FrameRow, { per }: Rule): string => {
  switch (per) {
    case 'message':
      return kind === 'head' || kind === 'body' || kind === 'end' ? `${flow} ${direction}` : `frame ${id}`
    case 'stream':
      return `${flow}`
    case 'connection':
      return `${connection}`
    case 'session':
      return session ?? ''
  }
}

const counted = (matches: readonly FrameRow[], { skip = 0, nth, every = 1, times = Infinity }: Rule): FrameRow[] => {
  if (nth !== undefined) return matches.slice(nth - 1, nth)
  return matches.filter((_, at) => at >= skip && (at - skip + 1) % every === 0).slice(0, times)
}
