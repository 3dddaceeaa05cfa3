import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { FramePage } from '../contract.ts'
import { filter, found, flag, id, idOf, page, query, text } from '../query.ts'
import type { Reader } from '../../store/index.ts'

const filters = {
  ...page,
  session: text.optional(),
  flow: id.optional(),
  direction: z.enum(['c2s', 's2c']).optional(),
  messages: flag.optional(),
  method: text.optional(),
  text: text.optional(),
  filter: filter.optional(),
}

/** `GET /frames`, `GET /frames/:id` and its bytes at `/raw` and `/payload`. */
export function frameRoutes(reader: Reader): Hono {
  const bytes = (c: Context, kept: Uint8Array | undefined, what: string): Response => {
    query(c, {})
    // always as a download without a type: captured bytes are never to be taken for a page of ours
    c.header('Content-Type', 'application/octet-stream')
    c.header('Content-Disposition', `attachment; filename="frame-${idOf(c)}.${what}"`)
    return c.body(new Uint8Array(found(kept, `${what} of frame ${idOf(c)}`)))
  }
  return new Hono()
    .get('/', (c) => c.json(reader.frames(query(c, filters)) satisfies FramePage))
    .get('/:id', (c) => {
      query(c, {})
      return c.json(found(reader.frame(idOf(c)), `frame ${idOf(c)}`))
    })
    .get('/:id/raw', (c) => bytes(c, reader.raw(idOf(c)), 'raw'))
    .get('/:id/payload', (c) => bytes(c, reader.payload(idOf(c)), 'payload'))
}
