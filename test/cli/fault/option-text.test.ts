import { expect, test } from 'vitest'
import { isList, isSwitch, valueOf } from '../../../src/cli/fault/option-text.ts'
import { faultOf } from '../../../src/faults/index.ts'
import { envelopeSchema, optionSchema } from '../../../src/faults/rules/schema.ts'

type Schema = Parameters<typeof valueOf>[1]

const schemaOf = (type: string, name: string): Schema => {
  const fault = faultOf(type)
  const schema = fault === undefined ? envelopeSchema() : optionSchema(fault)
  return schema.properties?.[name] as Schema
}

test.each([
  ['latency', 'delay', '250ms', '250ms'],
  ['status', 'code', '404', 404],
  ['status', 'code', 'many', 'many'],
  ['status', 'body', '404', '404'],
  ['session-lost', 'as', '404', '404'],
  ['auth-expire', 'status', '403', 403],
  ['cut', 'end', 'ws:1001', 'ws:1001'],
  ['rpc-error', 'code', '-32602', -32602],
  ['rpc-error', 'data', '{"a":[1]}', { a: [1] }],
  ['rpc-error', 'data', '{a: b', '{a: b'],
  ['tool-result', 'is-error', 'true', true],
  ['tool-result', 'is-error', 'yes', 'yes'],
  ['mutate', 'patch', '{op: remove, path: /name}', [{ op: 'remove', path: '/name' }]],
  ['mutate', 'patch', '[{"op":"remove","path":"/name"}]', [{ op: 'remove', path: '/name' }]],
  ['headers', 'set', 'X-One: 1', { 'X-One': '1' }],
  ['headers', 'set', 'X-One=1', { 'X-One': '1' }],
  ['headers', 'set', '{"X-One":"1"}', { 'X-One': '1' }],
  ['(the envelope)', 'state', '{ requires: started, sets: broken }', { requires: 'started', sets: 'broken' }],
])('%s --%s %s', (type, name, text, value) => expect(valueOf(text, schemaOf(type, name))).toEqual(value))

test('what is given again is added', () => {
  expect(valueOf('B: 2', schemaOf('headers', 'set'), { A: '1' })).toEqual({ A: '1', B: '2' })
  expect(valueOf('etag', schemaOf('headers', 'remove'), ['date'])).toEqual(['date', 'etag'])
})

test('only lists are given again, only switches stand alone', () => {
  expect([isList(schemaOf('headers', 'set')), isList(schemaOf('headers', 'on'))]).toEqual([true, false])
  expect([isSwitch(schemaOf('buffer', 'gzip')), isSwitch(schemaOf('buffer', 'until'))]).toEqual([true, false])
})
