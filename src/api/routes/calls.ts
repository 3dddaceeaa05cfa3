import { Hono } from 'hono'
import { z } from 'zod'
import { filter, page, query, text } from '../query.ts'
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

const filters = { ...page, session: text.optional(), outcome: z.enum(outcomes).optional(), filter: filter.optional() }

/** `GET /calls`. */
export function callRoutes(reader: Reader): Hono {
  return new Hono().get('/', (c) => {
    const { filter: wanted, ...asked } = query(c, filters)
    if (wanted === undefined) return c.json(reader.calls(asked))
    const { rows, scannedTo } = reader.callsMatching(wanted, asked)
    if (scannedTo !== null) c.header('Mitmcp-Scanned-To', String(scannedTo))
    return c.json(rows)
  })
}
