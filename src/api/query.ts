/** What may stand behind the `?` of a route, and the numbers in a path. */
import type { Context } from 'hono'
import { z } from 'zod'
import { ProxyError } from '../errors.ts'
import { inOurWords } from '../faults/rules/wanted.ts'
import { parseFilter } from '../filter/index.ts'

const whole = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number)

/** Row ids to page by, and how many rows. */
export const page = {
  before: whole.optional(),
  after: whole.optional(),
  limit: whole.refine((n) => n >= 1 && n <= 5000, 'expected 1 to 5000').optional(),
}

export const id = whole
export const text = z.string().min(1)
export const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1')

/** Throws `FILTER_INVALID`. */
export const filter = z.string().transform((value) => parseFilter(value))

/** What `shape` makes of the request's query, absent ones left out. Names it does not know and values it does not take throw `REQUEST_INVALID`. */
export function query<Shape extends z.ZodRawShape>(c: Context, shape: Shape): Given<z.output<z.ZodObject<Shape>>> {
  const asked = c.req.queries()
  const twice = Object.keys(asked).find((name) => (asked[name]?.length ?? 0) > 1)
  if (twice !== undefined) throw invalid(`${twice}: given more than once`, shape)
  const wanted = z.strictObject(shape)
  const parsed = wanted.safeParse(c.req.query(), { error: inOurWords(wanted) })
  if (parsed.success) return parsed.data as Given<z.output<z.ZodObject<Shape>>>
  throw invalid(parsed.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '), shape)
}

/** The parameter `:id` of the path. Throws `REQUEST_INVALID`. */
export function idOf(c: Context): number {
  const parsed = whole.safeParse(c.req.param('id'))
  if (parsed.success) return parsed.data
  throw new ProxyError('REQUEST_INVALID', `${c.req.param('id')} is no id: ids here are whole numbers.`)
}

/** The row, or `NOT_FOUND`: ids of pruned rows are asked for too. */
export function found<Row>(row: Row | undefined, what: string): Row {
  if (row !== undefined) return row
  throw new ProxyError('NOT_FOUND', `There is no ${what} in the capture.`, { hint: 'It may have been pruned.' })
}

/** Absent rather than undefined, as `exactOptionalPropertyTypes` wants it; zod leaves absent keys out. */
type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

function invalid(problems: string, shape: z.ZodRawShape): ProxyError {
  const names = Object.keys(shape).join(', ')
  return new ProxyError('REQUEST_INVALID', problems, {
    hint: names === '' ? 'It takes no parameters.' : `It takes: ${names}.`,
  })
}
