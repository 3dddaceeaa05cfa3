import { readFileSync } from 'node:fs'
import type { Statement } from 'better-sqlite3'
import { Bulk } from './bulk.ts'
import { createCapture, type CaptureDatabase, type CreateOptions } from './create.ts'
import type { Batch, CallRecord, ConnectionRecord, EditSet, FlowRecord, FrameRecord, SessionRecord } from './records.ts'
import type { Stored } from './records.ts'

/** Who writes: its row in `instance`. */
export interface WriterInstance {
  role: string
  name: string
  url: string | null
  target: string | null
  uiPort: number | null
}

/** The one writer of traffic of a process. Every method is one transaction and throws what SQLite throws. */
export interface Writer {
  readonly instance: number
  /** Stores a batch, allots ids, and adds its `change` row. After an error nothing of it is stored and it may be tried again. */
  commit(batch: Batch, at: number): void
  /** The process lives: once a second. */
  beat(at: number): void
  describe(instance: WriterInstance): void
  /** Marks the instance as ended, unless `at` is 0, and closes. */
  close(at: number): void
}

/** Opens (or makes) the capture and registers the process. Throws as `createCapture`. */
export function createWriter(path: string, instance: WriterInstance, at: number, options: CreateOptions = {}): Writer {
  const db = createCapture(path, options)
  const id = register(db, instance, at)
  const store = createStore(db, id)
  const commit = db.transaction(store.put)
  const beat = db.prepare('UPDATE instance SET seen_at = ? WHERE id = ?')
  return {
    instance: id,
    commit(batch, now) {
      try {
        commit.immediate(batch, now)
      } catch (error) {
        store.undo()
        throw error
      }
      store.done()
    },
    beat: (now) => void beat.run(now, id),
    describe({ role, name, url, target, uiPort }) {
      db.prepare('UPDATE instance SET role = ?, name = ?, url = ?, target = ?, ui_port = ? WHERE id = ?').run(
        role,
        name,
        url,
        target,
        uiPort,
        id,
      )
    },
    close(now) {
      try {
        if (now > 0) db.prepare('UPDATE instance SET seen_at = ?, ended_at = ? WHERE id = ?').run(now, now, id)
      } finally {
        db.close()
      }
    },
  }
}

function register(db: CaptureDatabase, { role, name, url, target, uiPort }: WriterInstance, at: number): number {
  const sql =
    'INSERT INTO instance (pid, ticks, role, name, url, target, ui_port, started_at, seen_at) VALUES (?,?,?,?,?,?,?,?,?)'
  const row = db.prepare(sql).run(process.pid, startTicks(), role, name, url, target, uiPort, at, at)
  return Number(row.lastInsertRowid)
}

/** Start time of this process in clock ticks since boot (proc(5), field 22): with the pid it names a process for good. 0 elsewhere. */
function startTicks(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return 0
  }
}

const insert = (table: string, columns: string): string =>
  `INSERT INTO ${table} (${columns}) VALUES (${columns
    .split(',')
    .map(() => '?')
    .join(',')})`

/** Newest id of a table. Pruning writes down what it had been before, so that no id is ever given to another row. */
const newestId = (table: string): string =>
  `max(coalesce((SELECT max(id) FROM ${table}), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = '${table}'), 0))`

const SQL = {
  connection: insert(
    'connection',
    'id,instance,server,target,transport,client_address,client_port,local_address,local_port,opened_at,upstream_address,upstream_port,upstream_error,connected_at,closed_at,c2s_bytes,s2c_bytes,c2s_unsent,s2c_unsent,c2s_ending,s2c_ending',
  ),
  connectionUpdate: `UPDATE connection SET upstream_address = ?, upstream_port = ?, upstream_error = ?, connected_at = ?, closed_at = ?,
    c2s_bytes = ?, s2c_bytes = ?, c2s_unsent = ?, s2c_unsent = ?, c2s_ending = ?, s2c_ending = ? WHERE id = ?`,
  session: insert(
    'session',
    'id,uid,instance,server,target,started_at,transport,era,revision,client_name,client_version,server_name,server_version,session_id,certain,last_at,ended_at,frames,flows,calls,pending,errors,bytes',
  ),
  sessionUpdate: `UPDATE session SET transport = ?, era = ?, revision = ?, client_name = ?, client_version = ?, server_name = ?,
    server_version = ?, session_id = ?, certain = ?, last_at = ?, ended_at = ?, frames = ?, flows = ?, calls = ?, pending = ?,
    errors = ?, bytes = ? WHERE id = ?`,
  flowUpdate: `UPDATE flow SET session = ?, kind = ?, verb = ?, target = ?, status = ?, stream = ?, era = ?, revision = ?,
    request_type = ?, response_type = ?, responded_at = ?, ended_at = ?, c2s_ending = ?, s2c_ending = ? WHERE id = ?`,
  frameUpdate: 'UPDATE frame SET session = ?, sent_at = ?, sent_last = ?, label = ?, edits = ? WHERE id = ?',
  callUpdate: 'UPDATE call SET session = ?, response_frame = ?, answered_at = ?, outcome = ?, code = ? WHERE id = ?',
  adoptFrames: 'UPDATE frame SET session = ? WHERE flow = ?',
  unsentLast: `UPDATE frame SET sent_last = NULL WHERE flow IN (SELECT id FROM flow WHERE connection = ?) AND direction = ?
    AND offset + length > ?`,
  unsentFirst: `UPDATE frame SET sent_at = NULL WHERE flow IN (SELECT id FROM flow WHERE connection = ?) AND direction = ?
    AND offset >= ? AND length > 0`,
  raw: insert('raw', 'connection,direction,offset,bytes'),
  instants: insert('instants', 'connection,direction,offset,at,chunks'),
  edit: insert('edit', 'offset,removed,bytes,rule'),
  redaction: insert('redaction', 'connection,direction,offset,length,name,hash'),
  payload: insert('payload', 'frame,bytes'),
  log: insert('log', 'instance,connection,at,kind,detail'),
  loss: insert('loss', 'instance,from_at,to_at,chunks,bytes,reason'),
  change: insert('change', 'at,instance,frame_first,frame_last,frames,flows,calls,sessions,connections'),
  last: `SELECT ${['connection', 'session', 'flow', 'frame', 'call'].map(newestId).join(', ')}`,
}

type Statements = { [Name in keyof typeof SQL]: Statement<unknown[], unknown> }

/** The rows born in a commit, by table. */
interface Births {
  readonly flow: Bulk
  readonly frame: Bulk
  readonly message: Bulk
  readonly call: Bulk
}

const COLUMNS = {
  flow: 'id,connection,started_at,session,kind,verb,target,status,stream,era,revision,request_type,response_type,responded_at,ended_at,c2s_ending,s2c_ending',
  frame:
    'id,flow,connection,session,direction,kind,received_at,received_last,sent_at,sent_last,offset,length,lead,trail,size,messages,label,edits,pieces',
  message: 'frame,idx,kind,method,rpc_id,tool,uri,token,code,call',
  call: 'id,flow,direction,method,tool,rpc_id,request_frame,requested_at,session,response_frame,answered_at,outcome,code',
}

interface Store {
  put(batch: Batch, at: number): void
  done(): void
  undo(): void
}

/** The body of the transaction. What it changes in memory is settled by `done` or taken back by `undo`. */
function createStore(db: CaptureDatabase, instance: number): Store {
  const st = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)]),
  ) as unknown as Statements
  st.last.raw()
  const births: Births = {
    flow: new Bulk(db, 'flow', COLUMNS.flow),
    frame: new Bulk(db, 'frame', COLUMNS.frame),
    message: new Bulk(db, 'message', COLUMNS.message),
    call: new Bulk(db, 'call', COLUMNS.call),
  }
  let batch: Batch | null = null
  let editSets: EditSet[] = []

  const put = (next: Batch, at: number): void => {
    batch = next
    const last = st.last.get() as (number | null)[]
    const changed = {
      connections: allot(next.connections, last[0]),
      sessions: allot(next.sessions, last[1]),
      flows: allot(next.flows, last[2]),
      frames: allot(next.frames, last[3]),
      calls: allot(next.calls, last[4]),
    }
    for (const row of next.connections) putConnection(st, instance, row)
    for (const row of next.sessions) putSession(st, instance, row)
    for (const row of next.flows) putFlow(st, births.flow, row)
    for (const row of next.frames) {
      if (row.edits !== null && row.edits.ids === null) editSets.push(putEdits(st, row.edits))
      putFrame(st, births, row)
    }
    for (const row of next.calls) putCall(st, births.call, row)
    for (const bulk of Object.values(births) as Bulk[]) bulk.flush()
    for (const row of next.adopted) st.adoptFrames.run(row.session?.id ?? null, row.id)
    for (const { connection, direction, from } of next.unsent) {
      st.unsentLast.run(connection.id, direction, from)
      st.unsentFirst.run(connection.id, direction, from)
    }
    putBytes(st, next)
    putRest(st, instance, next)
    const older = (rows: readonly Stored[]) => JSON.stringify(rows.filter((row) => row.stored).map((row) => row.id))
    const ids = (rows: readonly Stored[]) => JSON.stringify(rows.map((row) => row.id))
    const { first, last: newest } = changed.frames
    st.change.run(
      at,
      instance,
      first > newest ? null : first,
      first > newest ? null : newest,
      older(next.frames),
      ids(next.flows),
      ids(next.calls),
      ids(next.sessions),
      ids(next.connections),
    )
  }
  const settle = (stored: boolean): void => {
    if (batch === null) return
    for (const list of [batch.connections, batch.sessions, batch.flows, batch.frames, batch.calls] as Stored[][]) {
      for (const row of list) {
        if (stored) {
          row.stored = true
          row.dirty = false
        } else if (!row.stored) row.id = 0
      }
    }
    batch = null
    editSets = []
  }
  return {
    put,
    done: () => settle(true),
    undo() {
      for (const bulk of Object.values(births) as Bulk[]) bulk.clear()
      for (const set of editSets) set.ids = null
      settle(false)
    },
  }
}

/** Ids for the rows born in this transaction, after the newest there is; `first > last` when none are. */
function allot(rows: readonly Stored[], newest: number | null | undefined): { first: number; last: number } {
  const first = (newest ?? 0) + 1
  let next = first
  for (const row of rows) if (!row.stored) row.id = next++
  return { first, last: next - 1 }
}

function putConnection(st: Statements, instance: number, row: ConnectionRecord): void {
  const { upstreamAddress, upstreamPort, upstreamError, connectedAt, closedAt } = row
  const { c2sBytes, s2cBytes, c2sUnsent, s2cUnsent, c2sEnding, s2cEnding } = row
  const known = [row.id, instance, row.server, row.target, row.transport, row.clientAddress, row.clientPort]
  const local = [row.localAddress, row.localPort, row.openedAt]
  const rest = [upstreamAddress, upstreamPort, upstreamError, connectedAt, closedAt]
  const counts = [c2sBytes, s2cBytes, c2sUnsent, s2cUnsent, c2sEnding, s2cEnding]
  if (row.stored) st.connectionUpdate.run(...rest, ...counts, row.id)
  else st.connection.run(...known, ...local, ...rest, ...counts)
}

function putSession(st: Statements, instance: number, row: SessionRecord): void {
  const peers = [row.clientName, row.clientVersion, row.serverName, row.serverVersion, row.sessionId]
  const counts = [row.frames, row.flows, row.calls, row.pending, row.errors, row.bytes]
  const kind = [row.transport, row.era, row.revision]
  const rest = [...kind, ...peers, row.certain ? 1 : 0, row.lastAt, row.endedAt, ...counts]
  if (row.stored) st.sessionUpdate.run(...rest, row.id)
  else st.session.run(row.id, row.uid, instance, row.server, row.target, row.startedAt, ...rest)
}

function putFlow(st: Statements, births: Bulk, row: FlowRecord): void {
  const session = row.session === null ? null : row.session.id
  const { kind, verb, target, status, stream, era, revision, requestType, responseType } = row
  const { respondedAt, endedAt, c2sEnding, s2cEnding } = row
  if (row.stored)
    st.flowUpdate.run(
      session,
      kind,
      verb,
      target,
      status,
      stream,
      era,
      revision,
      requestType,
      responseType,
      respondedAt,
      endedAt,
      c2sEnding,
      s2cEnding,
      row.id,
    )
  else {
    const values = births.values
    let at = births.at
    values[at++] = row.id
    values[at++] = row.connection.id
    values[at++] = row.startedAt
    values[at++] = session
    values[at++] = kind
    values[at++] = verb
    values[at++] = target
    values[at++] = status
    values[at++] = stream
    values[at++] = era
    values[at++] = revision
    values[at++] = requestType
    values[at++] = responseType
    values[at++] = respondedAt
    values[at++] = endedAt
    values[at++] = c2sEnding
    values[at++] = s2cEnding
    births.added()
  }
}

function putFrame(st: Statements, births: Births, row: FrameRecord): void {
  const flow = row.flow
  const session = flow.session === null ? null : flow.session.id
  const edits = row.edits === null ? null : row.edits.ids
  if (row.stored) {
    st.frameUpdate.run(session, row.sentAt, row.sentLastAt, row.label, edits, row.id)
    return
  }
  const messages = row.messages
  const values = births.frame.values
  let at = births.frame.at
  values[at++] = row.id
  values[at++] = flow.id
  values[at++] = flow.connection.id
  values[at++] = session
  values[at++] = row.direction
  values[at++] = row.kind
  values[at++] = row.receivedAt
  values[at++] = row.receivedLastAt
  values[at++] = row.sentAt
  values[at++] = row.sentLastAt
  values[at++] = row.offset
  values[at++] = row.length
  values[at++] = row.lead
  values[at++] = row.trail
  values[at++] = row.size
  values[at++] = messages.length
  values[at++] = row.label
  values[at++] = edits
  values[at++] = row.pieces
  births.frame.added()
  for (let i = 0; i < messages.length; i++) {
    const { kind, method, rpcId, tool, uri, token, code, call } = messages[i]!
    const values = births.message.values
    let at = births.message.at
    values[at++] = row.id
    values[at++] = i
    values[at++] = kind
    values[at++] = method
    values[at++] = rpcId
    values[at++] = tool
    values[at++] = uri
    values[at++] = token
    values[at++] = code
    values[at++] = call === null ? null : call.id
    births.message.added()
  }
}

function putCall(st: Statements, births: Bulk, row: CallRecord): void {
  const session = row.session === null ? null : row.session.id
  const response = row.responseFrame === null ? null : row.responseFrame.id
  if (row.stored) st.callUpdate.run(session, response, row.answeredAt, row.outcome, row.code, row.id)
  else {
    const values = births.values
    let at = births.at
    values[at++] = row.id
    values[at++] = row.flow.id
    values[at++] = row.direction
    values[at++] = row.method
    values[at++] = row.tool
    values[at++] = row.rpcId
    values[at++] = row.requestFrame.id
    values[at++] = row.requestedAt
    values[at++] = session
    values[at++] = response
    values[at++] = row.answeredAt
    values[at++] = row.outcome
    values[at++] = row.code
    births.added()
  }
}

function putEdits(st: Statements, set: EditSet): EditSet {
  const ids = set.edits.map(({ offset, removed, bytes, rule }) =>
    Number(st.edit.run(offset, removed, bytes, rule).lastInsertRowid),
  )
  set.ids = JSON.stringify(ids)
  return set
}

function putBytes(st: Statements, batch: Batch): void {
  for (const { connection, direction, offset, bytes } of batch.raws) {
    st.raw.run(connection.id, direction, offset, bytes)
  }
  for (const { connection, direction, offset, at, chunks } of batch.instants) {
    st.instants.run(connection.id, direction, offset, at, chunks)
  }
  for (const { connection, direction, offset, length, name, hash } of batch.redactions) {
    st.redaction.run(connection.id, direction, offset, length, name, hash)
  }
  for (const { frame, bytes } of batch.payloads) st.payload.run(frame.id, bytes)
}

function putRest(st: Statements, instance: number, batch: Batch): void {
  for (const { connection, at, kind, detail } of batch.logs) {
    st.log.run(instance, connection === null ? null : connection.id, at, kind, detail)
  }
  for (const { from, to, chunks, bytes, reason } of batch.losses) {
    st.loss.run(instance, from, to, chunks, bytes, reason)
  }
}
