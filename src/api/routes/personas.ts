import { Hono } from 'hono'
import type { PersonaCard } from '../contract.ts'
import { query } from '../query.ts'

/** `GET /personas`: named sets of rules. `cards` is asked each time: reading them is the owner's. */
export function personaRoutes(cards: () => readonly PersonaCard[]): Hono {
  return new Hono().get('/', (c) => {
    query(c, {})
    return c.json(cards())
  })
}
