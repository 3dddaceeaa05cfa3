import { Hono } from 'hono'
import { z } from 'zod'
import { page, query, text } from '../query.ts'
import type { Outcome, Reader } from '../../store/index.ts'

const outcomes = [
  'ok',
  'error',
  'tool-error',
  'cancelled',
  'client-left',
  'server-closed',
  'silent',
  'fault',
  'pending',
] as const satisfies readonly Outcome[]

/** `GET /calls`. */
export function callRoutes(reader: Reader): Hono {
  return new Hono().get('/', (c) =>
    c.json(reader.calls(query(c, { ...page, session: text.optional(), outcome: z.enum(outcomes).optional() }))),
  )
}
