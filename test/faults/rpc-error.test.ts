import { expect, test } from 'vitest'
import { rpcError } from '../../src/faults/rpc-error.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'
import { message, request } from '../support/http-units.ts'

const refused = (options: object, unit: object): string =>
  actionTexts(damageOf(rpcError, options).unit('{}', unit)).join()
const line = { subject: subjectOf({ direction: 'c2s', messages: [message()] }) }

test('answers with the id of the request, in the words of the transport', () => {
  expect(refused({ code: -32001, message: 'Busy', data: [1] }, line)).toBe(
    'reply {"jsonrpc":"2.0","error":{"code":-32001,"message":"Busy","data":[1]},"id":7}\n',
  )
  expect(refused({}, request())).toBe(
    'reply 200 {"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":7}',
  )
})

test.each([
  [-32020, 400],
  [-32021, 400],
  [-32022, 400],
  [-32601, 404],
  [-32602, 200],
])('in the stateless era %i comes with its status', (code, status) => {
  expect(refused({ code }, request({ era: 'stateless' }))).toMatch(new RegExp(`^reply ${status} .*"code":${code}`))
  expect(refused({ code }, request({ era: 'stateful' }))).toMatch(/^reply 200/)
})

test('without HTTP there is no status', () => {
  expect(refused({ code: -32601 }, { subject: { ...line.subject, era: 'stateless' } })).toMatch(/^reply \{"jsonrpc/)
})

test('says what the specification wants said with a code', () => {
  const unsupported = refused({ code: -32022 }, request({}, { 'mcp-protocol-version': '2026-07-28' }))
  expect(unsupported).toContain('"data":{"supported":["1999-01-01"],"requested":"2026-07-28"}')
  expect(refused({ code: -32021 }, request())).toContain('"data":{"requiredCapabilities":')
})

test('answers every request of a batch', () => {
  const two = { subject: subjectOf({ direction: 'c2s', messages: [message(), message({ id: '"b"' })] }) }
  expect(refused({}, two)).toMatch(/^reply \[\{.*"id":7\},\{.*"id":"b"\}\]\n$/)
})

test('passes what is no request, and says so', () => {
  const table = damageOf(rpcError)
  expect(actionTexts(table.unit('{}'))).toEqual(['pass {}\n'])
  expect(table.notApplied).toEqual(['no request that can be answered here'])
})

test('says code and message', () => {
  expect(rpcError.explain({ code: -32601 })).toBe('answers {it} with error -32601 (Method not found)')
  expect(rpcError.explain({ code: 1 })).toBe('answers {it} with error 1 (Injected error)')
})
