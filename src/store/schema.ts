/**
 * The capture's tables. `user_version` is their version; migrations are additive.
 *
 * ```
 * instance ─┬─ connection ─┬─ raw        bytes of one direction, as received, one row a commit (at most 1 MiB)
 *           │              ├─ instants   which bytes arrived when (packed, one row a commit)
 *           │              └─ flow ── frame ─┬─ message ── call
 *           └─ session ──────┘               └─ edit, redaction, payload (only where there is one)
 * ```
 *
 * A frame holds the address of its bytes (connection, direction, offset, length), not the bytes: a narrow scan stays fast, and
 * batching raw bytes by direction costs about 1 µs a KiB where a row a frame cost 2 µs (16 KiB pages, measured).
 * All instants are microseconds since the epoch.
 */

/** Version of the tables below. */
export const SCHEMA_VERSION = 1

/** `application_id` of a capture: "mcpc". */
export const APPLICATION_ID = 0x6d637063

/** Set before the first table is made; cannot be changed afterwards. */
export const PAGE_SIZE = 16384

export const SCHEMA = `
-- in_force: value of control.revision up to which what was written acts in this process
CREATE TABLE instance (
  id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, ticks INTEGER NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL,
  url TEXT, target TEXT, ui_port INTEGER,
  started_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ended_at INTEGER, in_force INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE session (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, instance INTEGER NOT NULL, server TEXT NOT NULL, target TEXT NOT NULL,
  transport TEXT NOT NULL, era TEXT, revision TEXT,
  client_name TEXT, client_version TEXT, server_name TEXT, server_version TEXT,
  session_id TEXT, certain INTEGER NOT NULL, probe INTEGER NOT NULL,
  started_at INTEGER NOT NULL, last_at INTEGER NOT NULL, ended_at INTEGER,
  frames INTEGER NOT NULL, flows INTEGER NOT NULL, calls INTEGER NOT NULL, pending INTEGER NOT NULL, errors INTEGER NOT NULL,
  bytes INTEGER NOT NULL, source INTEGER
) STRICT;

CREATE TABLE connection (
  id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, server TEXT NOT NULL, target TEXT NOT NULL, transport TEXT NOT NULL,
  client_address TEXT NOT NULL, client_port INTEGER NOT NULL, local_address TEXT NOT NULL, local_port INTEGER NOT NULL,
  upstream_address TEXT, upstream_port INTEGER, upstream_error TEXT,
  opened_at INTEGER NOT NULL, connected_at INTEGER, closed_at INTEGER,
  c2s_bytes INTEGER NOT NULL, s2c_bytes INTEGER NOT NULL, c2s_unsent INTEGER NOT NULL, s2c_unsent INTEGER NOT NULL,
  c2s_ending TEXT, s2c_ending TEXT
) STRICT;

-- a server that is a process, one for its connection. args: JSON array; env: JSON array of names. Instants of its start: spawned,
-- first byte of its stdout, first answer to initialize or server/discover, notifications/initialized (stateless: as the answer)
CREATE TABLE process (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL UNIQUE, command TEXT NOT NULL, args TEXT NOT NULL, cwd TEXT NOT NULL,
  env TEXT NOT NULL, pid INTEGER, started_at INTEGER NOT NULL, first_byte_at INTEGER, handshake_at INTEGER, ready_at INTEGER,
  exited_at INTEGER, exit_code INTEGER, signal TEXT, probe INTEGER NOT NULL
) STRICT;

CREATE TABLE raw (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, direction INTEGER NOT NULL, offset INTEGER NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE INDEX raw_address ON raw (connection, direction, offset);

-- chunks: little-endian uint32 pairs (bytes, µs since the row's at); offset is that of the first chunk's first byte
CREATE TABLE instants (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, direction INTEGER NOT NULL, offset INTEGER NOT NULL, at INTEGER NOT NULL,
  chunks BLOB NOT NULL
) STRICT;
CREATE INDEX instants_address ON instants (connection, direction, offset);

CREATE TABLE flow (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, session INTEGER, kind TEXT NOT NULL,
  verb TEXT, target TEXT, status INTEGER, stream TEXT, era TEXT, revision TEXT, request_type TEXT, response_type TEXT,
  started_at INTEGER NOT NULL, responded_at INTEGER, ended_at INTEGER, c2s_ending TEXT, s2c_ending TEXT, resumes TEXT
) STRICT;
CREATE INDEX flow_session ON flow (session, id);
CREATE INDEX flow_connection ON flow (connection, id);

-- direction: 0 c2s, 1 s2c. kind: index into FRAME_KINDS. lead, trail: framing bytes before and after the payload within the raw
-- bytes; pieces: payload ranges (relative offset, length, as JSON: [[4,26],[36,10]]) where framing lies inside it, or the text
-- "chunked" where they are too many to list: then the raw bytes are a chunked body of their own. edits: ids of edit rows, JSON.
-- Frames of an inflated stream share raw bytes: the first event a chunk completes has them, the next have length 0; see payload.
CREATE TABLE frame (
  id INTEGER PRIMARY KEY, flow INTEGER NOT NULL, connection INTEGER NOT NULL, session INTEGER, direction INTEGER NOT NULL,
  kind INTEGER NOT NULL, received_at INTEGER NOT NULL, received_last INTEGER NOT NULL, sent_at INTEGER, sent_last INTEGER,
  offset INTEGER NOT NULL, length INTEGER NOT NULL, lead INTEGER NOT NULL, trail INTEGER NOT NULL, size INTEGER NOT NULL,
  messages INTEGER NOT NULL, label TEXT, edits TEXT, pieces TEXT
) STRICT;
CREATE INDEX frame_session ON frame (session, id);
CREATE INDEX frame_flow ON frame (flow, id);

CREATE TABLE message (
  frame INTEGER NOT NULL, idx INTEGER NOT NULL, kind INTEGER NOT NULL, method TEXT, rpc_id TEXT, tool TEXT, uri TEXT, token TEXT,
  code INTEGER, call INTEGER,
  PRIMARY KEY (frame, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE call (
  id INTEGER PRIMARY KEY, session INTEGER, flow INTEGER NOT NULL, direction INTEGER NOT NULL, method TEXT NOT NULL, tool TEXT,
  rpc_id TEXT NOT NULL, request_frame INTEGER NOT NULL, response_frame INTEGER, requested_at INTEGER NOT NULL, answered_at INTEGER,
  outcome TEXT NOT NULL, code INTEGER, made_by TEXT
) STRICT;
CREATE INDEX call_session ON call (session, id);
CREATE INDEX call_pending ON call (id) WHERE outcome = 'pending';

-- the same edit of many frames is one row: offset is relative to the frame. length: of what was removed, which is to be read from the raw
-- bytes; null: it is in removed. bytes null: a secret, never recorded
CREATE TABLE edit (
  id INTEGER PRIMARY KEY, offset INTEGER NOT NULL, length INTEGER, removed BLOB NOT NULL, bytes BLOB, rule TEXT NOT NULL
) STRICT;

-- spans of raw bytes that were overwritten before they were stored
CREATE TABLE redaction (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, direction INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  name TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX redaction_address ON redaction (connection, direction, offset);

-- inflated payload, redacted, of frames whose raw bytes are compressed
CREATE TABLE payload (frame INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

-- one row a commit: frames born (a range of ids; null when none), lines of the log and decisions likewise, and ids of older frames, flows,
-- calls, sessions and connections, rules and held messages that were born or changed (JSON arrays)
CREATE TABLE change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, instance INTEGER NOT NULL,
  frame_first INTEGER, frame_last INTEGER, frames TEXT NOT NULL,
  flows TEXT NOT NULL, calls TEXT NOT NULL, sessions TEXT NOT NULL, connections TEXT NOT NULL,
  log_first INTEGER, log_last INTEGER, decision_first INTEGER, decision_last INTEGER,
  rules TEXT NOT NULL DEFAULT '[]', held TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE TABLE loss (
  id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER, chunks INTEGER NOT NULL,
  bytes INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;

-- lines of the record that are not traffic: stderr of processes, clock steps, own marks; how a flow was broken off, and taken up again.
-- detail: JSON
CREATE TABLE log (
  id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, connection INTEGER, session INTEGER, flow INTEGER, at INTEGER NOT NULL,
  kind TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX log_session ON log (session, id);
CREATE INDEX log_connection ON log (connection, id);

-- fault rules: a row for each version, never deleted. instance null: everywhere. origin: file, control, library. born: revision in which its life
-- began, from which on its hits count together. ended_why: removed, healed, expired, replaced, process-ended, bug. source: JSON
CREATE TABLE rule (
  key INTEGER PRIMARY KEY, id TEXT NOT NULL, revision INTEGER NOT NULL, born INTEGER NOT NULL, instance INTEGER, origin TEXT NOT NULL,
  source TEXT NOT NULL, sentence TEXT NOT NULL, enabled INTEGER NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER, ended_why TEXT
) STRICT;
CREATE INDEX rule_id ON rule (id, key);
CREATE INDEX rule_current ON rule (key) WHERE ended_at IS NULL;

-- what the fault engine decided. direction, offset, length: the bytes it was about; frame: the message in them, where there is one
CREATE TABLE decision (
  id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, rule TEXT NOT NULL, revision INTEGER NOT NULL, connection INTEGER, session INTEGER,
  direction INTEGER, offset INTEGER, length INTEGER, frame INTEGER, at INTEGER NOT NULL, scope TEXT NOT NULL, draw REAL,
  fired INTEGER NOT NULL, action TEXT NOT NULL, held_us INTEGER
) STRICT;
CREATE INDEX decision_address ON decision (connection, direction, offset);
CREATE INDEX decision_whole ON decision (connection) WHERE offset IS NULL;
CREATE INDEX decision_rule ON decision (rule, id);
CREATE INDEX decision_scope ON decision (rule, scope);
CREATE INDEX decision_session ON decision (session, id);

-- messages that wait for a person. number: of the connection within its process. answer: send, edit, drop; answer_payload: of an edit.
-- about: JSON of kind, method, tool, client, session (Mcp-Session-Id)
CREATE TABLE held (
  id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, connection INTEGER NOT NULL, number INTEGER NOT NULL, direction INTEGER NOT NULL,
  offset INTEGER NOT NULL, at INTEGER NOT NULL, rule TEXT NOT NULL, deadline INTEGER NOT NULL, payload TEXT, state TEXT NOT NULL,
  ended_at INTEGER, answer TEXT, answer_payload TEXT, about TEXT
) STRICT;
CREATE INDEX held_open ON held (id) WHERE state = 'held';
CREATE INDEX held_connection ON held (connection);

-- revision: raised in the transaction of every write of rules and answers
CREATE TABLE control (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL) STRICT;
INSERT INTO control VALUES (1, 0);
`

/** `frame.kind` is the index into this list: append only. */
export const FRAME_KINDS = [
  'head',
  'body',
  'event',
  'end',
  'line',
  'message',
  'ping',
  'pong',
  'close',
  'opaque',
] as const

/** `message.kind` is the index into this list: append only. */
export const MESSAGE_KINDS = ['request', 'response', 'error', 'notification', 'invalid'] as const
