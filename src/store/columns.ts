/** Which columns each kind of row is read from, and how a record becomes a row. */
import { actionWords, type AtBreakpoint, scopeWords } from './decision-words.ts'
import type { Direction, Era, Transport } from '../wire/frame.ts'
import type { Ending } from '../wire/ending.ts'
import type {
  CallRow,
  ConnectionRow,
  DecisionRow,
  FlowRow,
  FrameRow,
  HeldAnswer,
  HeldRow,
  HeldState,
  InstanceRow,
  LogRow,
  LossRow,
  MessageRow,
  Outcome,
  Peer,
  ProcessRow,
  SessionRow,
} from './rows.ts'
import { FRAME_KINDS, MESSAGE_KINDS } from './schema.ts'

/** A row as SQLite gives it. */
export type Record = { readonly [column: string]: unknown }

/** `direction` columns hold the index into this list. */
export const DIRECTIONS: readonly Direction[] = ['c2s', 's2c']

/** For queries whose main table goes by its own name; the session's uid comes by a join on its key. */
export const SESSION = '* FROM session'
export const CONNECTION = '* FROM connection'
export const FLOW = 'flow.*, session.uid FROM flow LEFT JOIN session ON session.id = flow.session'
/** With what is known of its answer by other tables. */
/** Of a call, what its frames tell too. */
export const CALL_COLUMNS = `call.*,
  (SELECT asks.sent_last FROM frame AS asks WHERE asks.id = call.request_frame) AS request_sent,
  (SELECT answers.sent_last FROM frame AS answers WHERE answers.id = call.response_frame) AS answer_sent,
  (SELECT flow.resumes FROM frame JOIN flow ON flow.id = frame.flow WHERE frame.id = call.response_frame) AS resumed_after`
export const CALL = `${CALL_COLUMNS}, session.uid FROM call LEFT JOIN session ON session.id = call.session`
export const LOG = 'log.*, session.uid FROM log LEFT JOIN session ON session.id = log.session'
/** At a breakpoint also what became of the message. */
export const DECISION = `decision.*, session.uid, CASE WHEN decision.action GLOB 'wait for a person*' THEN (
    SELECT json_object('state', held.state, 'at', held.at, 'endedAt', held.ended_at, 'deadline', held.deadline, 'answered', held.answer IS NOT NULL)
    FROM held WHERE held.connection = decision.connection AND held.direction = decision.direction
    AND held.offset = decision.offset AND held.rule = decision.rule ORDER BY held.id DESC LIMIT 1) END AS at_breakpoint
  FROM decision LEFT JOIN session ON session.id = decision.session`
export const FRAME = 'frame.*, session.uid FROM frame LEFT JOIN session ON session.id = frame.session'

export function sessionRow(record: Record): SessionRow {
  return {
    id: record['id'] as number,
    uid: record['uid'] as string,
    server: record['server'] as string,
    target: record['target'] as string,
    transport: record['transport'] as Transport,
    era: record['era'] as Era | null,
    revision: record['revision'] as string | null,
    client: peer(record['client_name'], record['client_version']),
    serverInfo: peer(record['server_name'], record['server_version']),
    sessionId: record['session_id'] as string | null,
    certain: record['certain'] !== 0,
    probe: record['probe'] !== 0,
    instance: record['instance'] as number,
    startedAt: record['started_at'] as number,
    lastAt: record['last_at'] as number,
    endedAt: record['ended_at'] as number | null,
    frames: record['frames'] as number,
    flows: record['flows'] as number,
    calls: record['calls'] as number,
    pending: record['pending'] as number,
    errors: record['errors'] as number,
    bytes: record['bytes'] as number,
  }
}

export function connectionRow(record: Record): ConnectionRow {
  return {
    id: record['id'] as number,
    instance: record['instance'] as number,
    server: record['server'] as string,
    clientAddress: record['client_address'] as string,
    clientPort: record['client_port'] as number,
    upstreamAddress: record['upstream_address'] as string | null,
    upstreamPort: record['upstream_port'] as number | null,
    upstreamError: record['upstream_error'] as string | null,
    openedAt: record['opened_at'] as number,
    connectedAt: record['connected_at'] as number | null,
    closedAt: record['closed_at'] as number | null,
    c2sBytes: record['c2s_bytes'] as number,
    s2cBytes: record['s2c_bytes'] as number,
    c2sUnsent: record['c2s_unsent'] as number,
    s2cUnsent: record['s2c_unsent'] as number,
    c2sEnding: ending(record['c2s_ending']),
    s2cEnding: ending(record['s2c_ending']),
  }
}

export function flowRow(record: Record): FlowRow {
  return {
    id: record['id'] as number,
    connection: record['connection'] as number,
    session: record['uid'] as string | null,
    kind: record['kind'] as FlowRow['kind'],
    verb: record['verb'] as string | null,
    target: record['target'] as string | null,
    status: record['status'] as number | null,
    stream: record['stream'] as FlowRow['stream'],
    era: record['era'] as Era | null,
    revision: record['revision'] as string | null,
    requestType: record['request_type'] as string | null,
    responseType: record['response_type'] as string | null,
    startedAt: record['started_at'] as number,
    respondedAt: record['responded_at'] as number | null,
    endedAt: record['ended_at'] as number | null,
    c2sEnding: ending(record['c2s_ending']),
    s2cEnding: ending(record['s2c_ending']),
    resumes: record['resumes'] as string | null,
  }
}

/** What a frame's row gets from other tables. */
export interface FrameExtras {
  readonly edits: readonly string[]
  readonly faults: readonly string[]
  readonly droppedBy: string | null
  readonly ours: string | null
  readonly messages: readonly MessageRow[]
}

export function frameRow(record: Record, { edits, faults, droppedBy, ours, messages }: FrameExtras): FrameRow {
  return {
    id: record['id'] as number,
    flow: record['flow'] as number,
    connection: record['connection'] as number,
    session: record['uid'] as string | null,
    direction: DIRECTIONS[record['direction'] as number] ?? 'c2s',
    kind: FRAME_KINDS[record['kind'] as number] ?? 'opaque',
    receivedAt: record['received_at'] as number,
    receivedLastAt: record['received_last'] as number,
    sentAt: record['sent_at'] as number | null,
    sentLastAt: record['sent_last'] as number | null,
    offset: record['offset'] as number,
    length: record['length'] as number,
    size: record['size'] as number,
    label: record['label'] as string | null,
    edits,
    faults,
    droppedBy,
    ours,
    messages,
  }
}

export function messageRow(record: Record): MessageRow {
  return {
    kind: MESSAGE_KINDS[record['kind'] as number] ?? 'invalid',
    method: record['method'] as string | null,
    rpcId: record['rpc_id'] as string | null,
    tool: record['tool'] as string | null,
    uri: record['uri'] as string | null,
    token: record['token'] as string | null,
    code: record['code'] as number | null,
    call: record['call'] as number | null,
  }
}

export function callRow(record: Record): CallRow {
  return {
    id: record['id'] as number,
    session: record['uid'] as string | null,
    flow: record['flow'] as number,
    direction: DIRECTIONS[record['direction'] as number] ?? 'c2s',
    method: record['method'] as string,
    tool: record['tool'] as string | null,
    rpcId: record['rpc_id'] as string,
    requestFrame: record['request_frame'] as number,
    responseFrame: record['response_frame'] as number | null,
    requestedAt: record['requested_at'] as number,
    answeredAt: record['answered_at'] as number | null,
    outcome: record['outcome'] as Outcome,
    code: record['code'] as number | null,
    madeBy: record['made_by'] as string | null,
    requestSentAt: (record['request_sent'] ?? null) as number | null,
    answerSentAt: (record['answer_sent'] ?? null) as number | null,
    resumedAfter: record['resumed_after'] as string | null,
  }
}

export function instanceRow(record: Record): InstanceRow {
  return {
    id: record['id'] as number,
    pid: record['pid'] as number,
    role: record['role'] as string,
    name: record['name'] as string,
    url: record['url'] as string | null,
    target: record['target'] as string | null,
    uiPort: record['ui_port'] as number | null,
    startedAt: record['started_at'] as number,
    seenAt: record['seen_at'] as number,
    endedAt: record['ended_at'] as number | null,
  }
}

export function logRow(record: Record): LogRow {
  return {
    id: record['id'] as number,
    instance: record['instance'] as number,
    connection: record['connection'] as number | null,
    session: record['uid'] as string | null,
    flow: record['flow'] as number | null,
    at: record['at'] as number,
    kind: record['kind'] as string,
    detail: JSON.parse(record['detail'] as string) as unknown,
  }
}

export function decisionRow(record: Record): DecisionRow {
  const direction = record['direction'] as number | null
  return {
    id: record['id'] as number,
    instance: record['instance'] as number,
    rule: record['rule'] as string,
    revision: record['revision'] as number,
    connection: record['connection'] as number | null,
    session: record['uid'] as string | null,
    direction: direction === null ? null : (DIRECTIONS[direction] ?? 'c2s'),
    offset: record['offset'] as number | null,
    length: record['length'] as number | null,
    frame: record['frame'] as number | null,
    at: record['at'] as number,
    scope: record['scope'] as string,
    draw: record['draw'] as number | null,
    fired: record['fired'] !== 0,
    action: record['action'] as string,
    said: actionWords(record['action'] as string, atBreakpoint(record['at_breakpoint'])),
    about: scopeWords(record['scope'] as string),
    heldUs: record['held_us'] as number | null,
  }
}

const atBreakpoint = (json: unknown): AtBreakpoint | null => {
  if (typeof json !== 'string') return null
  const row = JSON.parse(json) as AtBreakpoint
  return { ...row, answered: Boolean(row.answered) }
}

/** SQL: messages at breakpoints, and whose they are. */
export const HELD = `held.*, connection.server AS server, coalesce(
    (SELECT uid FROM session WHERE session_id = held.about ->> '$.session' AND session.server = connection.server),
    (SELECT session.uid FROM flow JOIN session ON session.id = flow.session WHERE flow.connection = held.connection
      ORDER BY flow.id DESC LIMIT 1)) AS uid
  FROM held LEFT JOIN connection ON connection.id = held.connection`

/** Of a row of `HELD`. */
export function heldRow(record: Record): HeldRow {
  const about = JSON.parse((record['about'] as string | null) ?? '{}') as { [name: string]: string | null | undefined }
  return {
    id: record['id'] as number,
    instance: record['instance'] as number,
    connection: record['connection'] as number,
    direction: DIRECTIONS[record['direction'] as number] ?? 'c2s',
    offset: record['offset'] as number,
    at: record['at'] as number,
    rule: record['rule'] as string,
    deadline: record['deadline'] as number,
    payload: record['payload'] as string | null,
    kind: (about['kind'] ?? null) as HeldRow['kind'],
    method: about['method'] ?? null,
    tool: about['tool'] ?? null,
    client: about['client'] ?? null,
    session: record['uid'] as string | null,
    server: record['server'] as string | null,
    state: record['state'] as HeldState,
    endedAt: record['ended_at'] as number | null,
    answer: answerOf(record['answer'] as HeldAnswer['do'] | null, record['answer_payload'] as string | null),
  }
}

function answerOf(what: HeldAnswer['do'] | null, payload: string | null): HeldAnswer | null {
  if (what === null) return null
  return what === 'edit' ? { do: what, payload: payload ?? '' } : { do: what }
}

export function processRow(record: Record): ProcessRow {
  return {
    connection: record['connection'] as number,
    command: record['command'] as string,
    args: JSON.parse(record['args'] as string) as string[],
    cwd: record['cwd'] as string,
    env: JSON.parse(record['env'] as string) as string[],
    pid: record['pid'] as number | null,
    startedAt: record['started_at'] as number,
    firstByteAt: record['first_byte_at'] as number | null,
    handshakeAt: record['handshake_at'] as number | null,
    readyAt: record['ready_at'] as number | null,
    exitedAt: record['exited_at'] as number | null,
    exitCode: record['exit_code'] as number | null,
    signal: record['signal'] as string | null,
    probe: record['probe'] !== 0,
  }
}

export function lossRow(record: Record): LossRow {
  return {
    id: record['id'] as number,
    instance: record['instance'] as number,
    from: record['from_at'] as number,
    to: record['to_at'] as number | null,
    chunks: record['chunks'] as number,
    bytes: record['bytes'] as number,
    reason: record['reason'] as string,
  }
}

function peer(name: unknown, version: unknown): Peer | null {
  return typeof name === 'string' ? { name, version: typeof version === 'string' ? version : '' } : null
}

function ending(text: unknown): Ending | null {
  return typeof text === 'string' ? (JSON.parse(text) as Ending) : null
}
