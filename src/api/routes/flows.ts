import { Hono } from 'hono'
import type { FlowDetail } from '../contract.ts'
import { found, id, idOf, page, query, text } from '../query.ts'
import type { Reader } from '../../store/index.ts'

/** Frames told with a flow; the rest is asked for as `/frames?flow=`. */
const FRAMES = 1000

/** `GET /flows` and `GET /flows/:id`. */
export function flowRoutes(reader: Reader): Hono {
  return new Hono()
    .get('/', (c) => c.json(reader.flows(query(c, { ...page, session: text.optional(), connection: id.optional() }))))
    .get('/:id', (c) => {
      query(c, {})
      const flow = found(reader.flow(idOf(c)), `flow ${idOf(c)}`)
      const detail: FlowDetail = {
        flow,
        connection: found(reader.connection(flow.connection), `connection ${flow.connection}`),
        process: reader.process(flow.connection) ?? null,
        frames: reader.frames({ flow: flow.id, after: 0, limit: FRAMES }).rows,
      }
      return c.json(detail)
    })
}
