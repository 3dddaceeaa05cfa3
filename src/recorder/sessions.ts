import { randomBytes } from 'node:crypto'
import type { Batch, CallRecord, FlowRecord, FrameRecord, SessionRecord } from '../store/records.ts'
import {
  Conversations,
  type Call,
  type CallOutcome,
  type Exchange,
  type Line,
  type Session,
} from '../wire/conversation.ts'
import type { Dirty } from './dirty.ts'

/** What the recorder hangs on the conversation: frames as they are stored, rows as tags. */
export type RecordedConversations = Conversations<FrameRecord, SessionRecord, CallRecord>
export type RecordedLine = Line<FrameRecord, SessionRecord, CallRecord>
export type RecordedExchange = Exchange<FrameRecord, SessionRecord, CallRecord>

/** The conversation of everything recorded, with its sessions and calls as rows. */
export function createSessions(dirty: Dirty): RecordedConversations {
  return new Conversations<FrameRecord, SessionRecord, CallRecord>({
    session(session) {
      const row = (session.tag ??= sessionRow(session))
      update(row, session)
      dirty.session(row)
    },
    call(call, session, before) {
      const row = (call.tag ??= callRow(call))
      if (row.responseFrame !== call.response) row.madeBy = null
      row.responseFrame = call.response
      row.answeredAt = call.answeredAt
      row.outcome = call.outcome
      row.code = call.code
      if (session?.tag) {
        row.session = session.tag
        count(session.tag, before, call.outcome)
        dirty.session(session.tag)
      }
      dirty.call(row)
    },
  })
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** 8 characters of base32, 40 bits: of 10,000 sessions two are alike once in 20,000 captures, and the column would refuse the second. */
export function newUid(): string {
  let uid = ''
  for (const byte of randomBytes(8)) uid += ALPHABET[byte & 31]
  return uid
}

function sessionRow(session: Session<SessionRecord>): SessionRecord {
  return {
    id: 0,
    stored: false,
    dirty: false,
    uid: newUid(),
    server: session.server,
    target: session.target,
    transport: session.transport,
    era: session.era,
    revision: null,
    clientName: null,
    clientVersion: null,
    serverName: null,
    serverVersion: null,
    sessionId: null,
    certain: true,
    probe: false,
    startedAt: session.startedAt,
    lastAt: session.lastAt,
    endedAt: null,
    frames: 0,
    flows: 0,
    calls: 0,
    pending: 0,
    errors: 0,
    bytes: 0,
  }
}

function update(row: SessionRecord, session: Session<SessionRecord>): void {
  row.transport = session.transport
  row.era = session.era
  row.revision = session.revision
  row.clientName = session.client?.name ?? null
  row.clientVersion = session.client?.version ?? null
  row.serverName = session.serverInfo?.name ?? null
  row.serverVersion = session.serverInfo?.version ?? null
  row.sessionId = session.sessionId
  row.certain = session.certain
  row.endedAt = session.endedAt
}

/** A call's row, and the call. */
interface KnownCall extends CallRecord {
  readonly call: Call<FrameRecord, CallRecord>
}

/** A fault kept it, or its answer, from who it was for. */
export function lose(conversations: RecordedConversations, row: CallRecord): void {
  conversations.lost((row as KnownCall).call)
}

/** What became of a call is another thing than its messages tell. */
export function setOutcome(conversations: RecordedConversations, row: CallRecord, outcome: CallOutcome): void {
  conversations.setOutcome((row as KnownCall).call, outcome)
}

function callRow(call: Call<FrameRecord, CallRecord>): KnownCall {
  const request = call.request
  return {
    call,
    id: 0,
    stored: false,
    dirty: false,
    session: null,
    flow: request.flow,
    direction: call.direction === 'c2s' ? 0 : 1,
    method: call.method,
    tool: call.tool,
    rpcId: call.id,
    requestFrame: request,
    responseFrame: null,
    requestedAt: call.requestedAt,
    answeredAt: null,
    outcome: call.outcome,
    code: null,
    madeBy: null,
  }
}

function count(row: SessionRecord, before: CallOutcome | null, after: CallOutcome): void {
  if (before === null) row.calls++
  if (before === after) return
  if (before === 'pending') row.pending--
  if (after === 'pending') row.pending++
  if (before !== null && isError(before)) row.errors--
  if (isError(after)) row.errors++
}

const isError = (outcome: CallOutcome): boolean => outcome !== 'ok' && outcome !== 'pending'

/** Ties a flow to its session, once that is known: what it has so far counts there. */
export function adopt(flow: FlowRecord, session: SessionRecord, frames: number, bytes: number, batch: Batch): void {
  flow.session = session
  session.flows++
  session.frames += frames
  session.bytes += bytes
  if (flow.stored) batch.adopted.push(flow)
}
