import { Hono } from 'hono'
import { found, page, query } from '../query.ts'
import type { Reader } from '../../store/index.ts'

/** `GET /sessions` and `GET /sessions/:uid`; the beginning of a uid is enough. */
export function sessionRoutes(reader: Reader): Hono {
  return new Hono()
    .get('/', (c) => c.json(reader.sessions(query(c, page))))
    .get('/:uid', (c) => {
      query(c, {})
      const uid = c.req.param('uid')
      return c.json(found(reader.session(uid), `session ${uid}`))
    })
}
