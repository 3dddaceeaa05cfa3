import { Hono } from 'hono'
import type { Reader } from '../../store/index.ts'
import { id, page, query, text } from '../query.ts'

/** `GET /decisions`: what rules decided. */
export function decisionRoutes(reader: Reader): Hono {
  const filters = {
    ...page,
    rule: text.optional(),
    frame: id.optional(),
    session: text.optional(),
    connection: id.optional(),
  }
  return new Hono().get('/', (c) => c.json(reader.decisions(query(c, filters))))
}
