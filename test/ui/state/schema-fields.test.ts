import { expect, test } from 'vitest'
import { z } from 'zod'
import { duration, rate, size } from '../../../src/faults/values.ts'
import { fieldsOf } from '../../../ui/src/state/schema-fields.ts'

const fields = (shape: z.ZodRawShape) => fieldsOf(z.toJSONSchema(z.strictObject(shape), { io: 'input' }))
const kinds = (shape: z.ZodRawShape) => fields(shape).map(({ kind }) => kind)

test('each kind of value has its input', () => {
  expect(kinds({ a: duration, b: size, c: rate, d: z.int(), e: z.string() })).toEqual([
    'duration',
    'size',
    'rate',
    'number',
    'text',
  ])
  expect(kinds({ a: z.boolean().default(false), b: z.boolean().optional(), c: z.enum(['x', 'y']) })).toEqual([
    'flag',
    'maybe',
    'choice',
  ])
  expect(kinds({ a: z.array(z.string()), b: z.record(z.string(), z.string()), c: z.unknown() })).toEqual([
    'lines',
    'fields',
    'json',
  ])
  expect(
    kinds({ a: z.array(z.object({ op: z.string() })), b: z.union([z.string(), z.record(z.string(), z.unknown())]) }),
  ).toEqual(['json', 'long'])
})

test('words beside a free text are offered, words alone are a choice', () => {
  const [end, code] = fields({
    end: z.union([z.enum(['fin', 'rst']), z.string().regex(/^ws:/)]),
    code: z.union([z.literal(301), z.literal(308)]),
  })
  expect(end).toMatchObject({ kind: 'text', choices: ['fin', 'rst'] })
  expect(code).toMatchObject({ kind: 'choice', choices: ['301', '308'], numeric: true })
})

test('says what is needed, what is preset and what a value looks like', () => {
  const [delay, jitter] = fields({ delay: duration.describe('How late'), jitter: duration.prefault('0ms') })
  expect(delay).toMatchObject({ required: true, preset: null, example: '250ms', description: 'How late' })
  expect(jitter).toMatchObject({ required: false, preset: '0ms' })
})

test('the parts of an object are inputs of their own', () => {
  const state = z.object({ requires: z.string(), sets: z.string() }).partial()
  expect(fields({ state }).map(({ name }) => name)).toEqual(['state.requires', 'state.sets'])
})
