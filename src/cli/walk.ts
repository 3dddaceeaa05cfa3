import type { Filter } from '../filter/index.ts'
import type { Reader } from '../store/index.ts'
import type { CallRow, FlowRow, FrameRow, LogRow } from '../store/rows.ts'

/** Rows fetched at a time. */
const PAGE = 1000

/** A session's frames, oldest first; with `messages` only those that are messages, with a filter those it holds for. */
export function* framesOf(
  reader: Pick<Reader, 'frames'>,
  session: string,
  messages: boolean,
  filter?: Filter,
): Generator<FrameRow> {
  const wanted = { session, limit: PAGE, ...(messages && { messages }), ...(filter && { filter }) }
  for (let after: number | null = 0; after !== null;) {
    const { rows, scannedTo } = reader.frames({ ...wanted, after })
    yield* rows
    after = scannedTo ?? (rows.length < PAGE ? null : (rows.at(-1)?.id ?? null))
  }
}

/** A session's calls, oldest first; with a filter those it holds for. */
export function* callsOf(
  reader: Pick<Reader, 'calls' | 'callsMatching'>,
  session: string,
  filter?: Filter,
): Generator<CallRow> {
  if (filter === undefined) return yield* pages((after) => reader.calls({ session, after, limit: PAGE }))
  for (let after: number | null = 0; after !== null;) {
    const { rows, scannedTo } = reader.callsMatching(filter, { session, after, limit: PAGE })
    yield* rows
    after = scannedTo ?? (rows.length < PAGE ? null : (rows.at(-1)?.id ?? null))
  }
}

/** A session's flows, oldest first. */
export const flowsOf = (reader: Pick<Reader, 'flows'>, session: string): Generator<FlowRow> =>
  pages((after) => reader.flows({ session, after, limit: PAGE }))

/** A session's log, oldest first. */
export const logsOf = (reader: Pick<Reader, 'logs'>, session: string): Generator<LogRow> =>
  pages((after) => reader.logs({ session, after, limit: PAGE }))

/** One call by its id. */
export const callById = (reader: Pick<Reader, 'calls'>, id: number): CallRow | undefined =>
  reader.calls({ after: id - 1, before: id + 1, limit: 1 })[0]

function* pages<Row extends { readonly id: number }>(page: (after: number) => readonly Row[]): Generator<Row> {
  for (let after = 0; ;) {
    const rows = page(after)
    yield* rows
    const last = rows.at(-1)
    if (rows.length < PAGE || last === undefined) return
    after = last.id
  }
}
