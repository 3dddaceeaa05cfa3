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
