import { expect, test } from 'vitest'
import { closeStdout } from '../../src/faults/close-stdout.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('the client reads the end, and nothing more comes', () => {
  const table = damageOf(closeStdout)
  expect(actionTexts(table.start())).toEqual(['cut fin client'])
  expect([table.unit('{}'), table.end()]).toEqual([[], []])
})
