import { expect, test } from 'vitest'
import { toolResult } from '../../src/faults/tool-result.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

const changed = (options: object, result: unknown = { content: [] }): string[] =>
  actionTexts(damageOf(toolResult, options).unit(JSON.stringify({ result })))

test.each([
  [{ text: 'no' }, '{"content":[{"type":"text","text":"no"}]}'],
  [{ 'is-error': true }, '{"content":[],"isError":true}'],
  [{ structured: { a: 1 } }, '{"content":[],"structuredContent":{"a":1}}'],
])('%j', (options, result) => {
  expect(changed(options)).toEqual([`pass {"result":${result}}\n`])
})

test('leaves a tool that asks back', () => {
  const result = { resultType: 'input_required', requestState: 'x' }
  expect(changed({ text: 'no' }, result)).toEqual([`pass ${JSON.stringify({ result })}\n`])
})

test('needs something to change', () => {
  expect(toolResult.options.safeParse({}).success).toBe(false)
})

test('says what', () => {
  expect(toolResult.explain({ 'is-error': true, text: 'no' })).toBe(
    'marks tool results as errors and makes tools answer "no"',
  )
})
