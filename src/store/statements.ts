import type { Statement } from 'better-sqlite3'
import { Bulk } from './bulk.ts'
import type { CaptureDatabase } from './create.ts'

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
    'id,uid,instance,server,target,started_at,transport,era,revision,client_name,client_version,server_name,server_version,session_id,certain,probe,last_at,ended_at,frames,flows,calls,pending,errors,bytes',
  ),
  sessionUpdate: `UPDATE session SET transport = ?, era = ?, revision = ?, client_name = ?, client_version = ?, server_name = ?,
    server_version = ?, session_id = ?, certain = ?, probe = ?, last_at = ?, ended_at = ?, frames = ?, flows = ?, calls = ?, pending = ?,
    errors = ?, bytes = ? WHERE id = ?`,
  flowUpdate: `UPDATE flow SET session = ?, kind = ?, verb = ?, target = ?, status = ?, stream = ?, era = ?, revision = ?,
    request_type = ?, response_type = ?, responded_at = ?, ended_at = ?, c2s_ending = ?, s2c_ending = ? WHERE id = ?`,
  frameUpdate: 'UPDATE frame SET session = ?, sent_at = ?, sent_last = ?, label = ?, edits = ? WHERE id = ?',
  callUpdate:
    'UPDATE call SET session = ?, response_frame = ?, answered_at = ?, outcome = ?, code = ?, made_by = ? WHERE id = ?',
  adoptFrames: 'UPDATE frame SET session = ? WHERE flow = ?',
  unsentLast: `UPDATE frame SET sent_last = NULL WHERE flow IN (SELECT id FROM flow WHERE connection = ?) AND direction = ?
    AND offset + length > ?`,
  unsentFirst: `UPDATE frame SET sent_at = NULL WHERE flow IN (SELECT id FROM flow WHERE connection = ?) AND direction = ?
    AND offset >= ? AND length > 0`,
  raw: insert('raw', 'connection,direction,offset,bytes'),
  instants: insert('instants', 'connection,direction,offset,at,chunks'),
  edit: insert('edit', 'offset,length,removed,bytes,rule'),
  redaction: insert('redaction', 'connection,direction,offset,length,name,hash'),
  payload: insert('payload', 'frame,bytes'),
  log: insert('log', 'instance,connection,session,flow,at,kind,detail'),
  decision: insert(
    'decision',
    'instance,rule,revision,connection,direction,offset,length,at,scope,draw,fired,action,held_us,session,frame',
  ),
  decisionUpdate: 'UPDATE decision SET session = ?, frame = ? WHERE id = ?',
  held: insert('held', 'instance,connection,number,direction,offset,at,rule,deadline,payload,about,state,ended_at'),
  heldUpdate: 'UPDATE held SET state = ?, ended_at = ? WHERE id = ?',
  heldEnded: `UPDATE held SET state = ?, ended_at = ? WHERE state = 'held' AND instance = ? AND number = ? AND direction = ? AND offset = ?
    RETURNING id`,
  loss: insert('loss', 'instance,from_at,to_at,chunks,bytes,reason'),
  change: insert(
    'change',
    'at,instance,frame_first,frame_last,frames,flows,calls,sessions,connections,log_first,log_last,decision_first,decision_last,held',
  ),
  process: insert(
    'process',
    'connection,command,args,cwd,env,pid,started_at,first_byte_at,handshake_at,ready_at,exited_at,exit_code,signal,probe',
  ),
  processUpdate: `UPDATE process SET first_byte_at = ?, handshake_at = ?, ready_at = ?, exited_at = ?, exit_code = ?, signal = ?,
    probe = ? WHERE connection = ?`,
  last: `SELECT ${['connection', 'session', 'flow', 'frame', 'call'].map(newestId).join(', ')}`,
}

/** Every statement of the writer but the inserts in bulk. */
export type Statements = { [Name in keyof typeof SQL]: Statement<unknown[], unknown> }

/** The rows born in a commit, by table. */
export interface Births {
  readonly flow: Bulk
  readonly frame: Bulk
  readonly message: Bulk
  readonly call: Bulk
}

const COLUMNS = {
  flow: 'id,connection,started_at,session,kind,verb,target,status,stream,era,revision,request_type,response_type,responded_at,ended_at,c2s_ending,s2c_ending,resumes',
  frame:
    'id,flow,connection,session,direction,kind,received_at,received_last,sent_at,sent_last,offset,length,lead,trail,size,messages,label,edits,pieces',
  message: 'frame,idx,kind,method,rpc_id,tool,uri,token,code,call',
  call: 'id,flow,direction,method,tool,rpc_id,request_frame,requested_at,session,response_frame,answered_at,outcome,code,made_by',
}

export function prepareStatements(db: CaptureDatabase): Statements {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)])
  const statements = Object.fromEntries(prepared) as Statements
  statements.last.raw()
  return statements
}

export function prepareBirths(db: CaptureDatabase): Births {
  return {
    flow: new Bulk(db, 'flow', COLUMNS.flow),
    frame: new Bulk(db, 'frame', COLUMNS.frame),
    message: new Bulk(db, 'message', COLUMNS.message),
    call: new Bulk(db, 'call', COLUMNS.call),
  }
}
