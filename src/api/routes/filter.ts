import { Hono } from 'hono'
import { z } from 'zod'
import { ProxyError } from '../../errors.ts'
import { complete, explain, parseFilter, problemOf } from '../../filter/index.ts'
import type { Reader } from '../../store/index.ts'
import type { FilterReading } from '../contract.ts'
import { id, query } from '../query.ts'

/** `GET /filter`: what a filter says, what is wrong with it, and what could stand at the cursor. For somebody who is writing one. */
export function filterRoutes(reader: Pick<Reader, 'knownValues'>): Hono {
  return new Hono().get('/', (c) => {
    const { text = '', cursor } = query(c, { text: z.string().max(8192).optional(), cursor: id.optional() })
    const reading: FilterReading = {
      ...read(text),
      completion: cursor === undefined ? null : complete(text, Math.min(cursor, text.length), reader.knownValues()),
    }
    return c.json(reading)
  })
}

function read(text: string): Pick<FilterReading, 'sentence' | 'problem'> {
  try {
    return { sentence: explain(parseFilter(text)), problem: null }
  } catch (error) {
    const problem = problemOf(error)
    if (problem === undefined || !(error instanceof ProxyError)) throw error
    return { sentence: null, problem: { ...problem, message: error.message, hint: error.hint } }
  }
}
