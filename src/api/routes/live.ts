import { Hono } from 'hono'
import { type LiveClock, liveStream } from '../live.ts'
import { filter, id, query } from '../query.ts'
import { type Setting, statusOf } from '../status.ts'
import type { Reader } from '../../store/index.ts'

/** `GET /live`: from `Last-Event-ID`, else from `since`, else from now on. Ends when `stopping` says so. */
export function liveRoutes(
  reader: Reader,
  setting: Setting,
  now: () => number,
  clock: LiveClock,
  stopping: AbortSignal,
): Hono {
  return new Hono().get('/', (c) => {
    const { since, filter: wanted } = query(c, { since: id.optional(), filter: filter.optional() })
    const last = c.req.header('last-event-id')
    const from = last !== undefined && /^\d{1,15}$/.test(last) ? Number(last) : since
    const status = () => statusOf(reader, setting, now())
    c.header('Content-Type', 'text/event-stream; charset=utf-8')
    return c.body(
      liveStream({ reader, status, since: from ?? reader.seq(), clock, stopping, ...(wanted && { filter: wanted }) }),
    )
  })
}
