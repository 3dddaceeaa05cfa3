/** Bytes by their address: (connection, direction, offset). */
import type { Database } from 'better-sqlite3'
import type { Direction } from '../wire/frame.ts'
import { DIRECTIONS } from './columns.ts'

/** Bytes from `offset` on, without gaps, at most `limit`: shorter where the record ends or has a hole. */
export type Addressed = (connection: number, direction: Direction, offset: number, limit: number) => Buffer

/** `raw` holds a row a commit; a frame may lie in part of one, or across several. */
export function addressed(db: Database): Addressed {
  const rowsHolding = db
    .prepare(
      `SELECT offset, bytes FROM raw WHERE connection = @connection AND direction = @direction AND offset < @to AND offset >= coalesce(
         (SELECT max(offset) FROM raw WHERE connection = @connection AND direction = @direction AND offset <= @from), @from)
       ORDER BY offset`,
    )
    .raw()

  return (connection, direction, offset, limit) => {
    const to = offset + limit
    const found: Buffer[] = []
    let next = offset
    for (const row of rowsHolding.iterate({ connection, direction: DIRECTIONS.indexOf(direction), from: offset, to })) {
      const [start, bytes] = row as [number, Buffer]
      if (start > next || start + bytes.length <= next) break
      const part = bytes.subarray(next - start, to - start)
      found.push(part)
      next += part.length
    }
    return found.length === 1 ? (found[0] as Buffer) : Buffer.concat(found)
  }
}

/** Directions whose last row is remembered; a row has at most 1 MiB. */
const REMEMBERED = 16

/**
 * The same for many frames that lie near each other: the row they share is read once. What has been read is remembered until
 * this is forgotten, so it is for one question, not for a reader's life.
 */
export function addressedNearby(db: Database, bytes: Addressed): Addressed {
  const rowAt = db
    .prepare(
      'SELECT offset, bytes FROM raw WHERE connection = ? AND direction = ? AND offset <= ? ORDER BY offset DESC LIMIT 1',
    )
    .raw()
  const remembered = new Map<number, [start: number, bytes: Buffer]>()

  return (connection, direction, offset, limit) => {
    const key = connection * 2 + DIRECTIONS.indexOf(direction)
    let row = remembered.get(key)
    if (row === undefined || !holds(row, offset, limit)) {
      row = rowAt.get(connection, DIRECTIONS.indexOf(direction), offset) as typeof row
      if (row === undefined || !holds(row, offset, limit)) return bytes(connection, direction, offset, limit)
      remembered.delete(key)
      remembered.set(key, row)
      if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value ?? key)
    }
    return row[1].subarray(offset - row[0], offset - row[0] + limit)
  }
}

function holds([start, bytes]: [start: number, bytes: Buffer], offset: number, limit: number): boolean {
  return start <= offset && offset + limit <= start + bytes.length
}
