/** Recorded traffic as a filter sees it. */
import type { Database } from 'better-sqlite3'
import type { Subject, SubjectMessage } from '../filter/index.ts'
import type { Ending } from '../wire/ending.ts'
import type { Era, Transport } from '../wire/frame.ts'
import { addressed, addressedNearby } from './addressed.ts'
import { DIRECTIONS, FRAME, type Record } from './columns.ts'
import { pathOf } from './filter-values.ts'
import { frameDetails, parseHead } from './frame-detail.ts'
import type { FrameRows } from './frame-rows.ts'
import type { FrameRow, HeaderField, MessageRow } from './rows.ts'

/** What is searched of a payload: its first MiB. */
const TEXT_BYTES = 1024 * 1024
/** Heads looked through for the final one: before it there can be 1xx. */
const HEADS = 8

export interface Subjects {
  /** Of a record of `FRAME`. */
  frame(record: Record): Subject
  /** Of a record of `call`, and that of its request's frame: the request alone, with the code of its answer. */
  call(record: Record, request: Record): Subject
}

/** For one question: rows that many frames share are read once, and kept. */
export type SubjectsOf = () => Subjects

/** Statements are made once. */
export function subjectsOf(db: Database, rows: FrameRows): SubjectsOf {
  const knownRows = rowsOnce(db, rows)
  return () => {
    const known = knownRows()
    return {
      frame(record) {
        const frame = rows.row(record)
        const call = known.call(frame.messages.find((message) => message.call !== null)?.call)
        const messages = frame.messages.map(messageOf)
        return { ...factsOf(record, frame, known), messages, recorded: recordedOf(frame, call, known) }
      },
      call(record, request) {
        const frame = rows.row(request)
        const own = frame.messages.filter(({ call }) => call === record['id']).map(messageOf)
        const messages = own.map((message) => ({ ...message, code: record['code'] as number | null }))
        return { ...factsOf(request, frame, known), messages, recorded: recordedOf(frame, record, known) }
      },
    }
  }
}

type Find<Row> = (id: unknown) => Row | undefined

/** Rows beside a frame, each read once. */
interface KnownRows {
  readonly flow: Find<Record>
  readonly session: Find<Record>
  readonly connection: Find<Record>
  readonly call: Find<Record>
  /** Of the flow times two and the direction. */
  readonly head: Find<readonly HeaderField[]>
  readonly text: (record: Record) => string
}

function rowsOnce(db: Database, rows: FrameRows): () => KnownRows {
  const flowById = db.prepare('SELECT * FROM flow WHERE id = ?')
  const sessionById = db.prepare('SELECT * FROM session WHERE id = ?')
  const connectionById = db.prepare(
    'SELECT connection.server, instance.name FROM connection JOIN instance ON instance.id = connection.instance WHERE connection.id = ?',
  )
  const callById = db.prepare('SELECT * FROM call WHERE id = ?')
  const headsOf = db.prepare(
    `SELECT ${FRAME} WHERE frame.flow = ? AND frame.direction = ? AND frame.kind = 0 ORDER BY frame.id LIMIT ${HEADS}`,
  )
  const plain = addressed(db)

  return () => {
    const { payload } = frameDetails(db, rows, addressedNearby(db, plain))
    const flow = once((id) => flowById.get(id) as Record | undefined)
    const text = (record: Record): string => payload(record, TEXT_BYTES)?.toString('utf8') ?? ''
    const head = once((key): readonly HeaderField[] => {
      // it has no heads, and may have a million frames to look for one in
      if (flow(key >> 1)?.['kind'] === 'stdio') return []
      const heads = headsOf.all(key >> 1, key % 2) as Record[]
      const final = heads.find(({ label }) => !/^HTTP\/\S+ 1(?!01)/.test(String(label))) ?? heads[0]
      return final === undefined ? [] : parseHead(text(final)).headers
    })
    return {
      flow,
      session: once((id) => sessionById.get(id) as Record | undefined),
      connection: once((id) => connectionById.get(id) as Record | undefined),
      call: once((id) => callById.get(id) as Record | undefined),
      head,
      text,
    }
  }
}

function once<Row>(find: (id: number) => Row | undefined): Find<Row> {
  const known = new Map<number, Row | undefined>()
  return (id) => {
    if (typeof id !== 'number') return undefined
    if (!known.has(id)) known.set(id, find(id))
    return known.get(id)
  }
}

function factsOf(record: Record, frame: FrameRow, known: KnownRows): Omit<Subject, 'messages' | 'recorded'> {
  const flow = known.flow(frame.flow)
  const session = known.session(record['session'])
  const connection = known.connection(frame.connection)
  const name = session?.['client_name'] as string | null | undefined
  const version = session?.['client_version'] as string | null | undefined
  const target = flow?.['target'] as string | null | undefined
  const headKey = frame.flow * 2 + DIRECTIONS.indexOf(frame.direction)
  return {
    direction: frame.direction,
    kind: frame.kind,
    at: frame.receivedAt,
    size: frame.size,
    transport: (session?.['transport'] ?? flow?.['kind'] ?? 'opaque') as Transport,
    era: (flow?.['era'] ?? session?.['era'] ?? null) as Era | null,
    server: (connection?.['server'] ?? '') as string,
    tap: (connection?.['name'] ?? '') as string,
    session: frame.session,
    client: name == null ? null : { name, version: version ?? '' },
    verb: (flow?.['verb'] ?? null) as string | null,
    path: target == null ? null : pathOf(target),
    status: (flow?.['status'] ?? null) as number | null,
    stream: (flow?.['stream'] ?? null) as Subject['stream'],
    header: (field) => known.head(headKey)?.find((each) => each.name.toLowerCase() === field)?.value,
    text: () => known.text(record),
  }
}

function recordedOf(frame: FrameRow, call: Record | undefined, known: KnownRows): NonNullable<Subject['recorded']> {
  const answered = call?.['answered_at'] as number | null | undefined
  return {
    id: frame.id,
    outcome: (call?.['outcome'] ?? null) as string | null,
    durationMs: answered == null ? null : (answered - (call?.['requested_at'] as number)) / 1000,
    ending: endingOf(known.flow(frame.flow)),
    faults: frame.faults,
  }
}

function messageOf({ kind, method, tool, uri, rpcId, code }: MessageRow): SubjectMessage {
  return { kind, method, tool, uri, id: rpcId, code }
}

/** How an exchange ended: the direction that ended badly says it, the server's first. */
function endingOf(flow: Record | undefined): string | null {
  const how = (column: string): string | null => {
    const text = flow?.[column]
    return typeof text === 'string' ? (JSON.parse(text) as Ending).how : null
  }
  const [server, client] = [how('s2c_ending'), how('c2s_ending')]
  const bad = [server, client].find((each) => each !== null && each !== 'clean')
  return bad ?? server ?? client
}
