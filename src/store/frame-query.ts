/** The list of frames: pages by key, and scans that stop for time. */
import type { Database, Statement } from 'better-sqlite3'
import { DIRECTIONS, FRAME, type Record } from './columns.ts'
import type { FrameRows } from './frame-rows.ts'
import type { FrameQuery, Listing } from './index.ts'
import { prepared } from './prepared.ts'
import type { FrameRow } from './rows.ts'

/** A scan goes on for this long, then says how far it came. */
const SCAN_MS = 80

/** Rows looked at in one statement: begins here, then follows the time it took. */
const FIRST_WINDOW = 2048

/** What one statement of a scan should take: the bound above is kept to within this. */
const WINDOW_MS = 8

/** `session` is resolved to its key by the caller; everything else as asked. */
export type ResolvedFrameQuery = Omit<FrameQuery, 'session' | 'limit'> & { session?: number; limit: number }

/** Statements are made once for each shape of question. `now` in milliseconds. */
export function frameQuery(
  db: Database,
  { row }: FrameRows,
  now: () => number,
): (query: ResolvedFrameQuery) => Listing<FrameRow> {
  const statement = prepared(db)
  const rows = (records: unknown[], up: boolean): FrameRow[] => {
    if (!up) records.reverse()
    return (records as Record[]).map(row)
  }

  return (query) => {
    const up = query.after !== undefined
    const belongs = belonging(query)
    const filters = filtering(query)
    const page = statement(
      `SELECT ${FRAME} WHERE ${[...belongs, 'frame.id BETWEEN @low AND @high', ...filters].join(' AND ')}
       ORDER BY frame.id ${up ? 'ASC' : 'DESC'} LIMIT @limit`,
    )
    const values = parameters(query)
    const low = (query.after ?? 0) + 1
    const high = (query.before ?? Number.MAX_SAFE_INTEGER) - 1
    if (filters.length === 0) return { rows: rows(page.all({ ...values, low, high }), up), scannedTo: null }

    const edges = statement(
      `SELECT (SELECT min(id) FROM frame WHERE ${[...belongs, 'id >= @low'].join(' AND ')}) AS first,
              (SELECT max(id) FROM frame WHERE ${[...belongs, 'id <= @high'].join(' AND ')}) AS last`,
    )
    const { first, last } = edges.get({ ...values, low, high }) as { first: number | null; last: number | null }
    if (first === null || last === null) return { rows: [], scannedTo: null }
    const scan = scanning(page, values, up, now)
    const { found, scannedTo } = scan(Math.max(first, low), Math.min(last, high), query.limit)
    return { rows: rows(found, up), scannedTo }
  }
}

/** Looks through `from..to` window by window until `limit` are found or the time is over. */
function scanning(page: Statement, values: object, up: boolean, now: () => number) {
  return (from: number, to: number, limit: number): { found: unknown[]; scannedTo: number | null } => {
    const found: unknown[] = []
    const startedAt = now()
    let window = FIRST_WINDOW
    let [low, high] = [from, to]
    while (low <= high) {
      const before = now()
      if (before - startedAt >= SCAN_MS) return { found, scannedTo: up ? low - 1 : high + 1 }
      const edge = up ? Math.min(low + window - 1, high) : Math.max(high - window + 1, low)
      const within = up ? { low, high: edge } : { low: edge, high }
      found.push(...page.all({ ...values, ...within, limit: limit - found.length }))
      if (found.length >= limit) break
      if (up) low = edge + 1
      else high = edge - 1
      window = nextWindow(window, now() - before)
    }
    return { found, scannedTo: null }
  }
}

function nextWindow(window: number, tookMs: number): number {
  const fitting = tookMs > 0 ? (window * WINDOW_MS) / tookMs : window * 4
  return Math.round(Math.max(FIRST_WINDOW / 8, Math.min(window * 4, fitting)))
}

/** Answered by an index. */
function belonging(query: ResolvedFrameQuery): string[] {
  const terms: string[] = []
  if (query.session !== undefined) terms.push('frame.session = @session')
  if (query.flow !== undefined) terms.push('frame.flow = @flow')
  return terms
}

/** Answered by looking. Messages lie in the order of their frames, so a window of them is one walk, not a search for each frame. */
function filtering(query: ResolvedFrameQuery): string[] {
  const messages = 'SELECT frame FROM message WHERE frame BETWEEN @low AND @high AND'
  const terms: string[] = []
  if (query.direction !== undefined) terms.push('frame.direction = @direction')
  if (query.messages === true) terms.push('frame.messages > 0')
  if (query.method !== undefined) terms.push(`frame.id IN (${messages} method = @method)`)
  if (query.text !== undefined) {
    const like = `LIKE @text ESCAPE '\\'`
    const said = `${messages} (method ${like} OR tool ${like})`
    // asked for all frames, two walks beat one that looks each frame up in the other's result: 97 against 122 ms of CPU a million
    const everywhere = query.session === undefined && query.flow === undefined
    const labelled = `SELECT id FROM frame WHERE id BETWEEN @low AND @high AND label ${like}`
    if (everywhere) terms.push(`frame.id IN (${labelled} UNION ALL ${said})`)
    else terms.push(`(frame.label ${like} OR frame.id IN (${said}))`)
  }
  return terms
}

function parameters({ session, flow, direction, method, text, limit }: ResolvedFrameQuery): object {
  return {
    limit,
    ...(session !== undefined && { session }),
    ...(flow !== undefined && { flow }),
    ...(direction !== undefined && { direction: DIRECTIONS.indexOf(direction) }),
    ...(method !== undefined && { method }),
    ...(text !== undefined && { text: `%${text.replace(/[\\%_]/g, '\\$&')}%` }),
  }
}
