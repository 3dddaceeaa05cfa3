import { Hono } from 'hono'
import { query } from '../query.ts'
import { type Setting, statusOf } from '../status.ts'
import type { Reader } from '../../store/index.ts'

/** `GET /status`. */
export function statusRoutes(reader: Reader, setting: Setting, now: () => number): Hono {
  return new Hono().get('/', (c) => {
    query(c, {})
    return c.json(statusOf(reader, setting, now()))
  })
}
