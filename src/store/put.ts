/** Rows of a batch to parameters: a new row is inserted, a stored one updated. */
import type { Bulk } from './bulk.ts'
import type {
  Batch,
  CallRecord,
  ConnectionRecord,
  DecisionRecord,
  EditSet,
  FlowRecord,
  FrameRecord,
  HeldRecord,
  ProcessRecord,
  SessionRecord,
} from './records.ts'
import type { Births, Statements } from './statements.ts'

export function putConnection(st: Statements, instance: number, row: ConnectionRecord): void {
  const { upstreamAddress, upstreamPort, upstreamError, connectedAt, closedAt } = row
  const { c2sBytes, s2cBytes, c2sUnsent, s2cUnsent, c2sEnding, s2cEnding } = row
  const known = [row.id, instance, row.server, row.target, row.transport, row.clientAddress, row.clientPort]
  const local = [row.localAddress, row.localPort, row.openedAt]
  const rest = [upstreamAddress, upstreamPort, upstreamError, connectedAt, closedAt]
  const counts = [c2sBytes, s2cBytes, c2sUnsent, s2cUnsent, c2sEnding, s2cEnding]
  if (row.stored) st.connectionUpdate.run(...rest, ...counts, row.id)
  else st.connection.run(...known, ...local, ...rest, ...counts)
}

export function putSession(st: Statements, instance: number, row: SessionRecord): void {
  const peers = [row.clientName, row.clientVersion, row.serverName, row.serverVersion, row.sessionId]
  const counts = [row.frames, row.flows, row.calls, row.pending, row.errors, row.bytes]
  const kind = [row.transport, row.era, row.revision]
  const rest = [...kind, ...peers, row.certain ? 1 : 0, row.probe ? 1 : 0, row.lastAt, row.endedAt, ...counts]
  if (row.stored) st.sessionUpdate.run(...rest, row.id)
  else st.session.run(row.id, row.uid, instance, row.server, row.target, row.startedAt, ...rest)
}

export function putFlow(st: Statements, births: Bulk, row: FlowRecord): void {
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
    values[at++] = row.resumes
    births.added()
  }
}

export function putFrame(st: Statements, births: Births, row: FrameRecord): void {
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

export function putCall(st: Statements, births: Bulk, row: CallRecord): void {
  const session = row.session === null ? null : row.session.id
  const response = row.responseFrame === null ? null : row.responseFrame.id
  if (row.stored) st.callUpdate.run(session, response, row.answeredAt, row.outcome, row.code, row.madeBy, row.id)
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
    values[at++] = row.madeBy
    births.added()
  }
}

export function putProcess(st: Statements, row: ProcessRecord): void {
  const { connection, command, args, cwd, env, pid, startedAt } = row
  const phases = [row.firstByteAt, row.handshakeAt, row.readyAt, row.exitedAt, row.exitCode, row.signal]
  const rest = [...phases, row.probe ? 1 : 0]
  if (row.stored) st.processUpdate.run(...rest, connection.id)
  else st.process.run(connection.id, command, args, cwd, env, pid, startedAt, ...rest)
}

export function putEdits(st: Statements, set: EditSet): EditSet {
  const ids = set.edits.map(({ offset, length, removed, bytes, rule }) =>
    Number(st.edit.run(offset, length, removed, bytes, rule).lastInsertRowid),
  )
  set.ids = JSON.stringify(ids)
  return set
}

export function putBytes(st: Statements, batch: Batch): void {
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

/** The log's lines. Gives the newest id; theirs are the ones up to it, without a gap. */
export function putLogs(st: Statements, instance: number, { logs }: Batch): number {
  let last = 0
  for (const { connection, session, flow = null, at, kind, detail } of logs) {
    const of = [connection, session, flow].map((row) => (row === null ? null : row.id))
    last = Number(st.log.run(instance, ...of, at, kind, detail).lastInsertRowid)
  }
  return last
}

export function putDecision(st: Statements, instance: number, row: DecisionRecord): void {
  const session = row.frame?.flow.session ?? row.session
  const found = [session === null ? null : session.id, row.frame === null ? null : row.frame.id]
  if (row.stored) return void st.decisionUpdate.run(...found, row.id)
  const { connection, direction, offset, length, at, scope, draw, fired, action, heldUs } = row
  const about = [connection === null ? null : connection.id, direction, offset, length, at]
  const what = [scope, draw, fired ? 1 : 0, action, heldUs]
  row.id = Number(st.decision.run(instance, row.rule, row.revision, ...about, ...what, ...found).lastInsertRowid)
}

export function putHeld(st: Statements, instance: number, row: HeldRecord): void {
  if (row.stored) return void st.heldUpdate.run(row.state, row.endedAt, row.id)
  const { connection, number, direction, offset, at, rule, deadline, payload, about, state, endedAt } = row
  const where = [connection.id, number, direction, offset]
  // the thread that stored it is gone
  const known = state === 'held' ? undefined : st.heldEnded.get(state, endedAt, instance, number, direction, offset)
  if (known !== undefined) row.id = (known as { id: number }).id
  else
    row.id = Number(st.held.run(instance, ...where, at, rule, deadline, payload, about, state, endedAt).lastInsertRowid)
}

export function putLosses(st: Statements, instance: number, batch: Batch): void {
  for (const { from, to, chunks, bytes, reason } of batch.losses) {
    st.loss.run(instance, from, to, chunks, bytes, reason)
  }
}
