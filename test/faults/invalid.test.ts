import { expect, test } from 'vitest'
import { invalid } from '../../src/faults/invalid.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

const text = '{"jsonrpc":"2.0","id":1}'

test.each([
  ['truncate', 'pass {"jsonrpc":"\n'],
  ['not-json', 'pass mitmcp{not json"jsonrpc":"2.0","id":1}\n'],
  ['no-version', 'pass {"id":1}\n'],
  ['batch', `pass [${text}]\n`],
])('%s', (as, action) => {
  expect(actionTexts(damageOf(invalid, { as }).unit(text))).toEqual([action])
})

test('says what is wrong', () => {
  expect(invalid.explain({ as: 'batch' })).toBe('delivers {it} wrapped into a batch')
})
