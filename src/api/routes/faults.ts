import { Hono } from 'hono'
import { faults } from '../../faults/index.ts'
import { envelopeSchema, optionSchema } from '../../faults/rules/schema.ts'
import type { FaultRegistry, JsonSchema } from '../contract.ts'
import { query } from '../query.ts'

/** `GET /faults`: what there is to choose from, and with what options. */
export function faultRoutes(): Hono {
  return new Hono().get('/', (c) => {
    query(c, {})
    return c.json(registry())
  })
}

let made: FaultRegistry | undefined

function registry(): FaultRegistry {
  return (made ??= {
    faults: faults.map((fault) => {
      const { type, level, summary, applies } = fault
      return { type, level, summary, applies, options: optionSchema(fault) as JsonSchema }
    }),
    envelope: envelopeSchema() as JsonSchema,
  })
}
