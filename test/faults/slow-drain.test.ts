import { expect, test } from 'vitest'
import { slowDrain } from '../../src/faults/slow-drain.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('a chunk takes the time its bytes ask for', () => {
  const table = damageOf(slowDrain, { rate: '1kb/s' })
  const waits = actionTexts(table.chunk('x'.repeat(1024))).flatMap((text) => /^wait ([\d.]+)/.exec(text)?.[1] ?? [])
  expect(waits.reduce((sum, ms) => sum + Number(ms), 0)).toBeCloseTo(1000, -1)
})

test('says how fast', () => {
  expect(slowDrain.explain({ rate: 1024 })).toBe("reads the server's stdout at 1 kB/s")
})
