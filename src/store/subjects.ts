/** Recorded traffic as a filter sees it. */
import type { Database } from 'better-sqlite3'
import type { Subject, SubjectMessage } from '../filter/index.ts'
import type { Ending } from '../wire/ending.ts'
import type { Era, Transport } from '../wire/frame.ts'
import { addressed, addressedNearby } from './addressed.ts'
import { CALL_COLUMNS, FRAME, type Record } from './columns.ts'
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
      frame: (record) => new RecordedSubject(record, known, (frame) => frame.messages.map(messageOf)),
      call: (record, request) =>
        new RecordedSubject(
          request,
          known,
          (frame) =>
            frame.messages
              .filter(({ call }) => call === record['id'])
              .map((message) => ({ ...messageOf(message), code: record['code'] as number | null })),
          record,
        ),
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
  readonly row: FrameRows['row']
}

function rowsOnce(db: Database, rows: FrameRows): () => KnownRows {
  const flowById = db.prepare('SELECT * FROM flow WHERE id = ?')
  const sessionById = db.prepare('SELECT * FROM session WHERE id = ?')
  const connectionById = db.prepare(
    'SELECT connection.server, instance.name FROM connection JOIN instance ON instance.id = connection.instance WHERE connection.id = ?',
  )
  const callById = db.prepare(`SELECT ${CALL_COLUMNS} FROM call WHERE id = ?`)
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
      row: rows.row,
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

/** Most filters ask for little of it: each thing is looked up when asked for. */
class RecordedSubject implements Subject {
  readonly #record: Record
  readonly #known: KnownRows
  readonly #messagesOf: (frame: FrameRow) => SubjectMessage[]
  readonly #call: Record | undefined
  #row: FrameRow | undefined
  #messages: readonly SubjectMessage[] | undefined

  /** `call`: absent where it is the one a message of the frame belongs to. */
  constructor(record: Record, known: KnownRows, messagesOf: (frame: FrameRow) => SubjectMessage[], call?: Record) {
    this.#record = record
    this.#known = known
    this.#messagesOf = messagesOf
    this.#call = call
  }

  get #frame(): FrameRow {
    return (this.#row ??= this.#known.row(this.#record))
  }
  get #flow(): Record | undefined {
    return this.#known.flow(this.#record['flow'])
  }
  get #session(): Record | undefined {
    return this.#known.session(this.#record['session'])
  }

  get direction(): Subject['direction'] {
    return this.#frame.direction
  }
  get kind(): Subject['kind'] {
    return this.#frame.kind
  }
  get at(): number {
    return this.#record['received_at'] as number
  }
  get size(): number {
    return this.#record['size'] as number
  }
  get transport(): Transport {
    return (this.#session?.['transport'] ?? this.#flow?.['kind'] ?? 'opaque') as Transport
  }
  get era(): Era | null {
    return (this.#flow?.['era'] ?? this.#session?.['era'] ?? null) as Era | null
  }
  get server(): string {
    return (this.#known.connection(this.#record['connection'])?.['server'] ?? '') as string
  }
  get tap(): string {
    return (this.#known.connection(this.#record['connection'])?.['name'] ?? '') as string
  }
  get session(): string | null {
    return this.#record['uid'] as string | null
  }
  get client(): Subject['client'] {
    const name = this.#session?.['client_name'] as string | null | undefined
    const version = this.#session?.['client_version'] as string | null | undefined
    return name == null ? null : { name, version: version ?? '' }
  }
  get verb(): string | null {
    return (this.#flow?.['verb'] ?? null) as string | null
  }
  get path(): string | null {
    const target = this.#flow?.['target'] as string | null | undefined
    return target == null ? null : pathOf(target)
  }
  get status(): number | null {
    return (this.#flow?.['status'] ?? null) as number | null
  }
  get stream(): Subject['stream'] {
    return (this.#flow?.['stream'] ?? null) as Subject['stream']
  }
  get messages(): readonly SubjectMessage[] {
    return (this.#messages ??= this.#record['messages'] === 0 ? [] : this.#messagesOf(this.#frame))
  }
  get recorded(): NonNullable<Subject['recorded']> {
    const frame = this.#frame
    const own = frame.messages.find((message) => message.call !== null)?.call
    const call = this.#call ?? this.#known.call(own)
    const answered = (call?.['answer_sent'] ?? call?.['answered_at']) as number | null | undefined
    return {
      id: frame.id,
      outcome: (call?.['outcome'] ?? null) as string | null,
      durationMs: answered == null ? null : (answered - (call?.['requested_at'] as number)) / 1000,
      ending: endingOf(this.#flow),
      faults: frame.faults,
    }
  }

  header(name: string): string | undefined {
    const key = (this.#record['flow'] as number) * 2 + (this.#record['direction'] as number)
    return this.#known.head(key)?.find((field) => field.name.toLowerCase() === name)?.value
  }

  text(): string {
    return this.#known.text(this.#record)
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
