import { expect, test } from 'vitest'
import { bandwidth } from '../../src/faults/bandwidth.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('spreads a chunk over the time its bytes take, in slices of ten milliseconds', () => {
  const table = damageOf(bandwidth, { rate: '1kb/s' })
  const texts = actionTexts(table.chunk('x'.repeat(25)))
  expect(texts).toEqual([
    expect.stringMatching(/^wait 9\.76/),
    'pass xxxxxxxxxx',
    expect.stringMatching(/^wait 9\.76/),
    'pass xxxxxxxxxx',
    expect.stringMatching(/^wait 4\.88/),
    'pass xxxxx',
  ])
})

test('counts what was let through before', () => {
  const table = damageOf(bandwidth, { rate: '1kb/s' })
  table.chunk('x'.repeat(10))
  expect(actionTexts(table.chunk('y'))[0]).toMatch(/^wait 10\.7/)
})

test('lets a burst pass after a rest', () => {
  const table = damageOf(bandwidth, { rate: '1kb/s', burst: '20b' })
  expect(actionTexts(table.chunk('x'.repeat(20))).filter((text) => text.startsWith('wait'))).toEqual([])
  expect(actionTexts(table.chunk('y'))[0]).toMatch(/^wait 0\.97/)
})

test('paces each direction by itself', () => {
  const table = damageOf(bandwidth, { rate: '1kb/s' })
  table.chunk('x'.repeat(1024))
  expect(actionTexts(table.chunk('y', 0, 'c2s'))[0]).toMatch(/^wait 0\.97/)
})

test('is as far behind after ten seconds as the rate says', () => {
  const table = damageOf(bandwidth, { rate: '64kb/s' })
  const waited = actionTexts(table.chunk('x'.repeat(655_360)))
    .filter((text) => text.startsWith('wait'))
    .reduce((sum, text) => sum + Number(text.slice(5)), 0)
  expect(waited).toBeCloseTo(10_000, 3)
})
