import { expect, test } from 'vitest'
import { status } from '../../src/faults/status.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { request } from '../support/http-units.ts'

const answer = (options: object): string => actionTexts(damageOf(status, options).unit('{}', request()))[0] ?? ''

test('answers in place of the server', () => {
  expect(answer({ code: 503, body: 'busy', 'retry-after': '1500ms' })).toBe(
    'reply 503 {"Content-Type":"text/plain; charset=utf-8","Retry-After":"2"} busy',
  )
})

test('gives JSON its type, and headers as asked', () => {
  expect(answer({ code: 400, body: '{"a":1}', headers: { 'X-A': 'b' } })).toBe(
    'reply 400 {"Content-Type":"application/json","X-A":"b"} {"a":1}',
  )
})

test('challenges on 401 and 403 unless told otherwise', () => {
  expect(answer({ code: 401 })).toContain('"WWW-Authenticate":"Bearer error=\\"invalid_token\\", resource_metadata=')
  expect(answer({ code: 403 })).toContain('insufficient_scope')
  expect(answer({ code: 401, 'www-authenticate': '' })).not.toContain('WWW-Authenticate')
  expect(answer({ code: 401, 'www-authenticate': 'Basic' })).toContain('"WWW-Authenticate":"Basic"')
})

test('lets be what is no request, and says so', () => {
  const table = damageOf(status, { code: 500 })
  expect(actionTexts(table.unit('x'))).toEqual(['pass x\n'])
  expect(table.notApplied).toEqual(['no HTTP request'])
})
