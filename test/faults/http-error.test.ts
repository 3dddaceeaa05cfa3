import { expect, test } from 'vitest'
import { challenge, errorBody, requestId, respondWith } from '../../src/faults/http-error.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, lineUnit } from '../support/damage.ts'
import { message, request } from '../support/http-units.ts'

const unit = (changes = request()) => lineUnit('{}', changes) as FaultFrame

test('a request is answered in place of its server', () => {
  expect(actionTexts(respondWith(unit(), 410, { A: 'b' }, 'gone') ?? [])).toEqual(['reply 410 {"A":"b"} gone'])
})

test('what is no request cannot be answered', () => {
  expect(respondWith(unit({}), 410, {}, '')).toBeNull()
})

test('an error names the id it is asked for, else none', () => {
  expect(errorBody(-32001, 'Session not found')).toBe(
    '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}',
  )
  expect(JSON.parse(errorBody(-1, 'x', '"a"', { why: 1 }))).toEqual({
    jsonrpc: '2.0',
    error: { code: -1, message: 'x', data: { why: 1 } },
    id: 'a',
  })
})

test('the id is that of the first request in it', () => {
  expect(requestId(unit().meaning)).toBe('7')
  expect(requestId(unit(request({ messages: [message({ kind: 'notification', id: null })] })).meaning)).toBe('null')
})

test('a challenge leads to the metadata by the name the client uses', () => {
  expect(challenge(unit().meaning, 'invalid_token')).toBe(
    'Bearer error="invalid_token", resource_metadata="http://proxy:6278/.well-known/oauth-protected-resource/mcp"',
  )
})
