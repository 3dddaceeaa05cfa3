import { expect, test } from 'vitest'
import { redirect } from '../../src/faults/redirect.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { request } from '../support/http-units.ts'

test('answers with the way to go', () => {
  const table = damageOf(redirect, { location: '/elsewhere' })
  expect(actionTexts(table.unit('{}', request()))).toEqual(['reply 307 {"Location":"/elsewhere"} '])
})
