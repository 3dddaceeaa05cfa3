import { expect, test } from 'vitest'
import { rpcId } from '../../src/faults/rpc-id.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

const answered = (as: string, id: unknown): string[] =>
  actionTexts(damageOf(rpcId, { as }).unit(JSON.stringify({ id, result: {} })))

test.each([
  ['mismatch', 7, '1000007'],
  ['mismatch', 'a', '"a-mitmcp"'],
  ['null', 7, 'null'],
  ['string', 7, '"7"'],
  ['string', '7', '7'],
])('%s of %j', (as, id, other) => {
  expect(answered(as, id)).toEqual([`pass {"id":${other},"result":{}}\n`])
})

test('the id of the answer before', () => {
  const table = damageOf(rpcId, { as: 'reuse' })
  expect(actionTexts(table.unit('{"id":1,"result":{}}'))).toEqual(['pass {"id":1,"result":{}}\n'])
  expect(table.notApplied).toEqual(['nothing to change'])
  expect(actionTexts(table.unit('{"id":2,"error":{}}'))).toEqual(['pass {"id":1,"error":{}}\n'])
})

test('leaves what is no answer', () => {
  expect(actionTexts(damageOf(rpcId).unit('{"id":1,"method":"ping"}'))).toEqual(['pass {"id":1,"method":"ping"}\n'])
})

test('says what is wrong with it', () => {
  expect(rpcId.explain({ as: 'null' })).toBe('gives answers the id null')
})
