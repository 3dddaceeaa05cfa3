import { expect, test } from 'vitest'
import fc from 'fast-check'
import { isJson, spreadJson, tightJson } from '../../../ui/src/state/json-layout.ts'

test('spreads over lines, and back', () => {
  const text = '{"a":[1.0,12345678901234567890],"b":{},"c":"x: {,}\\"","d":[]}'
  expect(spreadJson(text)).toBe(
    '{\n  "a": [\n    1.0,\n    12345678901234567890\n  ],\n  "b": {},\n  "c": "x: {,}\\"",\n  "d": []\n}',
  )
  expect(tightJson(spreadJson(text))).toBe(text)
})

test('any JSON comes back as it was', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const text = JSON.stringify(JSON.parse(json))
      expect(tightJson(spreadJson(text))).toBe(text)
    }),
  )
})

test('what is no JSON stays letter by letter', () => {
  expect([spreadJson('{"a": '), tightJson('{"a": ')]).toEqual(['{"a": ', '{"a": '])
  expect([isJson('{}'), isJson('')]).toEqual([true, false])
})
