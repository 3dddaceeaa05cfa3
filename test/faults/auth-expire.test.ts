import { expect, test } from 'vitest'
import { authExpire } from '../../src/faults/auth-expire.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, damageOf, lineUnit } from '../support/damage.ts'
import { request } from '../support/http-units.ts'

const token = (text: string) => request({}, { authorization: `Bearer ${text}` })

test('refuses the credential that was in use, and takes another', () => {
  const table = damageOf(authExpire)
  table.start(lineUnit('{}', token('old')) as FaultFrame)
  expect(actionTexts(table.unit('{}', token('old')))[0]).toMatch(/^reply 401 .*invalid_token/)
  expect(actionTexts(table.unit('{}', token('new')))).toEqual(['pass {}\n'])
  expect(actionTexts(table.unit('{}', token('old')))[0]).toMatch(/^reply 401/)
})

test('may forbid instead, with the challenge asked for', () => {
  const table = damageOf(authExpire, { status: 403, 'www-authenticate': 'Bearer scope="more"' })
  table.start(lineUnit('{}', token('old')) as FaultFrame)
  expect(actionTexts(table.unit('{}', token('old')))[0]).toMatch(/^reply 403 .*scope=\\"more\\"/)
})
