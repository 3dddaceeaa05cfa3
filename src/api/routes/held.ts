import { Hono } from 'hono'
import { z } from 'zod'
import type { Reader } from '../../store/index.ts'
import { body } from '../body.ts'
import type { Controls } from '../controls.ts'
import { flag, idOf, page, query } from '../query.ts'

const answer = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('send') }),
  z.strictObject({ do: z.literal('drop') }),
  z.strictObject({ do: z.literal('edit'), payload: z.string() }),
])

/** `/held`: messages at breakpoints, and what a person says to them. */
export function heldRoutes(reader: Reader, controls: Controls): Hono {
  return new Hono()
    .get('/', (c) => c.json(reader.held(query(c, { ...page, open: flag.optional() }))))
    .post('/:id', async (c) => {
      query(c, {})
      const wanted = await body(c, answer)
      return c.json(controls.write((control) => control.answerHeld(idOf(c), wanted)))
    })
}
