import { Hono } from 'hono'
import { id, page, query, text } from '../query.ts'
import type { Reader } from '../../store/index.ts'

/** `GET /logs`: stderr of processes, and what else is no traffic. */
export function logRoutes(reader: Reader): Hono {
  const filters = {
    ...page,
    session: text.optional(),
    connection: id.optional(),
    kind: text.optional(),
    from: id.optional(),
    to: id.optional(),
  }
  return new Hono().get('/', (c) => c.json(reader.logs(query(c, filters))))
}
