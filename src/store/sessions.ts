/** Sessions by their short public id. */
import type { Database } from 'better-sqlite3'
import { ProxyError } from '../errors.ts'
import { type Record, sessionRow } from './columns.ts'
import type { Reader } from './index.ts'
import type { SessionRow } from './rows.ts'

export type FindSession = Reader['session']

export function sessionFinder(db: Database): FindSession {
  const newest = db.prepare('SELECT * FROM session ORDER BY id DESC LIMIT 1')
  const beginningWith = db.prepare('SELECT * FROM session WHERE uid >= @uid AND uid < @beyond ORDER BY uid LIMIT 3')
  return (uid) => {
    if (uid === undefined) {
      const record = newest.get() as Record | undefined
      return record && sessionRow(record)
    }
    const found = (beginningWith.all({ uid, beyond: `${uid}\u{10ffff}` }) as Record[]).map(sessionRow)
    const [first] = found
    if (found.length < 2 || first?.uid === uid) return first
    const uids = found.map((session) => session.uid).join(', ')
    throw new ProxyError('REQUEST_INVALID', `${uid} is the beginning of several sessions: ${uids}.`, {
      hint: 'Give more of the id.',
    })
  }
}

/** The session a query or command names. Throws `NOT_FOUND`, `REQUEST_INVALID`. */
export function sessionNamed(find: FindSession, uid: string): SessionRow {
  const found = find(uid)
  if (found !== undefined) return found
  throw new ProxyError('NOT_FOUND', `No session begins with ${uid}.`, {
    hint: 'mitmcp ls lists the sessions of the capture.',
  })
}
