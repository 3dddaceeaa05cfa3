/** Reads a capture beside its writers: in any thread, in any process, with nothing but a readonly handle. */
import { performance } from 'node:perf_hooks'
import { addressed } from './addressed.ts'
import { callQuery } from './call-query.ts'
import { changesSince } from './changes.ts'
import { connectionRow, FLOW, flowRow, FRAME, instanceRow, lossRow, processRow, type Record } from './columns.ts'
import { faultLists } from './fault-lists.ts'
import { frameDetails } from './frame-detail.ts'
import { frameQuery } from './frame-query.ts'
import { frameRows } from './frame-rows.ts'
import type { CallQuery, FrameQuery, Reader } from './index.ts'
import { knownValues } from './known-values.ts'
import { lists, pageRows } from './lists.ts'
import { openCapture } from './open.ts'
import { subjectsOf } from './subjects.ts'
import { sessionFinder, sessionNamed } from './sessions.ts'
import { totalsOf } from './totals.ts'

const BYTES = 1024 * 1024

const now = (): number => performance.now()
const wallClock = (): number => Date.now() * 1000

/** Throws `STORE_OPEN_FAILED`, `STORE_NOT_A_CAPTURE`, `STORE_NEWER`. */
export function openReader(path: string): Reader {
  const db = openCapture(path, { readonly: true })
  const rows = frameRows(db)
  const bytes = addressed(db)
  const details = frameDetails(db, rows, bytes)
  const subjects = subjectsOf(db, rows)
  const frames = frameQuery(db, rows, subjects, now)
  const calls = callQuery(db, subjects, now)
  const session = sessionFinder(db)
  const { changedRules, ...faults } = faultLists(db, session, wallClock)
  const changes = changesSince(db, rows, changedRules)

  const frameById = db.prepare(`SELECT ${FRAME} WHERE frame.id = ?`)
  const flowById = db.prepare(`SELECT ${FLOW} WHERE flow.id = ?`)
  const connectionById = db.prepare('SELECT * FROM connection WHERE id = ?')
  const processOf = db.prepare('SELECT * FROM process WHERE connection = ?')
  const everyInstance = db.prepare('SELECT * FROM instance ORDER BY id')
  const everyLoss = db.prepare('SELECT * FROM loss ORDER BY id')
  const newestChange = db.prepare('SELECT max(seq) FROM change').pluck()
  const one = <Row>(record: unknown, toRow: (record: Record) => Row): Row | undefined =>
    record === undefined ? undefined : toRow(record as Record)

  const sessionKey = (uid: string | undefined): { session?: number } =>
    uid === undefined ? {} : { session: sessionNamed(session, uid).id }

  return {
    path,
    session,
    ...lists(db, session),
    ...faults,
    flow: (id) => one(flowById.get(id), flowRow),
    connection: (id) => one(connectionById.get(id), connectionRow),
    frames: ({ session: uid, limit, ...query }: FrameQuery = {}) =>
      frames.page({ ...query, limit: pageRows(limit), ...sessionKey(uid) }),
    matching: frames.matching,
    callsMatching: (filter, { session: uid, limit, ...query }: CallQuery = {}) =>
      calls(filter, { ...query, limit: pageRows(limit), ...sessionKey(uid) }),
    knownValues: knownValues(db),
    frame: (id) => one(frameById.get(id), details.detail),
    raw: (id) => one(frameById.get(id), details.raw),
    payload: (id) => one(frameById.get(id), (record) => details.payload(record)),
    bytes: (connection, direction, offset, limit = BYTES) => bytes(connection, direction, offset, limit),
    process: (id) => one(processOf.get(id), processRow),
    instances: () => (everyInstance.all() as Record[]).map(instanceRow),
    losses: () => (everyLoss.all() as Record[]).map(lossRow),
    seq: () => (newestChange.get() as number | null) ?? 0,
    changes: (since, limit = 2000) => changes(since, limit),
    totals: totalsOf(db, now),
    close: () => {
      db.close()
    },
  }
}
