import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { buffer } from '../../src/faults/buffer.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { bodyEnd, event, head } from '../support/http-units.ts'

const bodied = { ...event(), body: (bytes: Uint8Array) => bytes, withHead: () => null }

test('passes the head, and events only when the body is over', () => {
  const table = damageOf(buffer)
  expect(actionTexts(table.unit('head', head()))).toEqual(['pass head\n'])
  expect(table.unit('a', bodied)).toEqual([])
  expect(table.unit('b', bodied)).toEqual([])
  expect(actionTexts(table.unit('end', { ...bodyEnd(), withHead: () => null }))).toEqual([
    'pass a\n',
    'pass b\n',
    'pass end\n',
  ])
})

test('lets go when so many bytes are there', () => {
  const table = damageOf(buffer, { until: '6b' })
  table.unit('head', head())
  expect(table.unit('abc', bodied)).toEqual([])
  expect(actionTexts(table.unit('def', bodied))).toEqual(['pass abc\n', 'pass def\n'])
})

test('lets go after a time, counted from the first that waits', () => {
  const table = damageOf(buffer, { until: '5s' })
  table.unit('head', head())
  expect(actionTexts(table.unit('a', bodied))).toEqual(['wake 5000'])
  expect(table.unit('b', bodied)).toEqual([])
  expect(actionTexts(table.tick('flush', 5000))).toEqual(['pass a\n', 'pass b\n'])
  expect(actionTexts(table.unit('c', bodied, 6000))).toEqual(['wake 5000'])
})

test('honours X-Accel-Buffering only when told', () => {
  const unbuffered = head({}, { 'x-accel-buffering': 'no' })
  const honest = damageOf(buffer, { 'honor-x-accel': true })
  honest.unit('head', unbuffered)
  expect(actionTexts(honest.unit('a', bodied))).toEqual(['pass a\n'])
  const rude = damageOf(buffer)
  rude.unit('head', unbuffered)
  expect(rude.unit('a', bodied)).toEqual([])
})

test('compresses without flushing: nothing leaves before the end, and it can be inflated', () => {
  const table = damageOf(buffer, { gzip: true })
  expect(actionTexts(table.unit('head', head()))).toEqual(['pass head {"Content-Encoding":"gzip"}'])
  table.unit('data: a', bodied)
  table.unit('data: b', bodied)
  const [written] = table.unit('end', { ...bodyEnd(), withHead: () => null })
  expect(written?.do === 'write' ? gunzipSync(written.bytes).toString() : '').toBe('data: adata: b')
})

test('holds the head as well when told, and gives it with the first of the body', () => {
  const table = damageOf(buffer, { until: '6b', headers: 'hold' })
  expect(table.unit('head', head())).toEqual([])
  expect(table.unit('abc', bodied)).toEqual([])
  expect(actionTexts(table.unit('def', bodied))).toEqual(['pass head\n', 'pass abc\n', 'pass def\n'])
  expect(actionTexts(table.unit('end', { ...bodyEnd(), withHead: () => null }))).toEqual(['pass end\n'])
})

test('does not hold the head of an answer that is no stream, nor one that asks not to', () => {
  const table = damageOf(buffer, { headers: 'hold', 'honor-x-accel': true })
  expect(actionTexts(table.unit('{}', head({ stream: null })))).toEqual(['pass {}\n'])
  expect(actionTexts(table.unit('head', head({}, { 'x-accel-buffering': 'no' })))).toEqual(['pass head\n'])
})

test('compresses behind a head that was held', () => {
  const table = damageOf(buffer, { gzip: true, headers: 'hold' })
  table.unit('head', head())
  table.unit('data: a', bodied)
  const [first, second] = table.unit('end', { ...bodyEnd(), withHead: () => null })
  expect(actionTexts([first!])).toEqual(['pass head {"Content-Encoding":"gzip"}'])
  expect(second?.do === 'write' ? gunzipSync(second.bytes).toString() : '').toBe('data: a')
})

test('a stream that is compressed ends with the rule, another one goes on', () => {
  const eats = (options: object): unknown =>
    buffer.eats?.(buffer.options.parse(options) as Parameters<typeof buffer.explain>[0])
  expect([eats({ gzip: true }), eats({})]).toEqual(['under-way', false])
})
