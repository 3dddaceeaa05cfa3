import { describe, expect, test } from 'vitest'
import { drawOf } from '../../src/faults/draw.ts'
import { latency } from '../../src/faults/latency.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

/** The delays of a thousand chunks, ms. */
const delays = (options: object, many = 1000): number[] => {
  const draws = Array.from({ length: 2 * many }, (_, n) => drawOf(3, 'r', String(n)))
  const table = damageOf(latency, options, draws)
  return Array.from({ length: many }, (_, n) => {
    const [wait] = table.chunk('x', n)
    return wait?.do === 'wait' ? wait.ms : Number.NaN
  })
}
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

describe('latency', () => {
  test('makes each chunk wait, counted from its arrival, and the end with them', () => {
    const table = damageOf(latency, { delay: '200ms' })
    expect(actionTexts(table.start())).toEqual([])
    expect(actionTexts(table.chunk('abc'))).toEqual(['wait 200', 'pass abc'])
    expect(actionTexts(table.chunk('def', 10))).toEqual(['wait 200', 'pass def'])
    expect(actionTexts(table.unit('{}', {}, 20))).toEqual(['wait 200', 'pass {}\n'])
    expect(actionTexts(table.end(30))).toEqual(['wait 200', 'pass end'])
  })

  test('passes the very event it was given', () => {
    const [, passed] = damageOf(latency, { delay: '1ms' }).chunk('abc')
    expect(passed).toMatchObject({ do: 'pass', event: { kind: 'chunk', offset: 0 } })
  })

  test('spreads evenly around the delay unless told otherwise', () => {
    const all = delays({ delay: '200ms', jitter: '50ms' })
    expect(Math.min(...all)).toBeGreaterThanOrEqual(150)
    expect(Math.max(...all)).toBeLessThanOrEqual(250)
    expect(Math.abs(mean(all) - 200)).toBeLessThan(5)
  })

  test.each([
    ['normal', 200, 200],
    ['lognormal', 206, 200],
    ['pareto', 225, 213],
  ])('%s has its mean and its median where they belong', (dist, expectedMean, expectedMedian) => {
    const all = delays({ delay: '200ms', jitter: '50ms', dist })
    expect(Math.abs(mean(all) - expectedMean)).toBeLessThan(8)
    expect(Math.abs(median(all) - expectedMedian)).toBeLessThan(8)
  })

  test('is never negative, however wide it is spread', () => {
    expect(Math.min(...delays({ delay: '10ms', jitter: '500ms', dist: 'normal' }))).toBe(0)
  })

  test('keeps to the delay where it is fixed', () => {
    expect(new Set(delays({ delay: '20ms', jitter: '5ms', dist: 'fixed' }))).toEqual(new Set([20]))
  })

  test('is like the delay before it as far as they are correlated', () => {
    const steps = (all: readonly number[]): number =>
      mean(all.slice(1).map((value, index) => Math.abs(value - all[index]!)))
    const options = { delay: '200ms', jitter: '50ms' }
    expect(steps(delays({ ...options, correlation: 0.9 }))).toBeLessThan(steps(delays(options)) / 3)
    expect(steps(delays({ ...options, correlation: 1 }))).toBe(0)
  })

  test('rises and falls with its wave, from nothing', () => {
    const table = damageOf(latency, { delay: '100ms', wave: '4s' })
    const at = (ms: number): string => actionTexts(table.chunk('x', ms))[0]!
    expect([0, 1000, 2000, 4000].map(at)).toEqual(['wait 0', 'wait 50', 'wait 100', 'wait 0'])
  })

  test('says what it does', () => {
    const said = (options: object): string => latency.explain(latency.options.parse(options))
    expect(said({ delay: '200ms' })).toBe('delays {it} by 200 ms')
    expect(said({ delay: '1.5s', jitter: '50ms' })).toBe('delays {it} by 1.5 s ± 50 ms')
    expect(said({ delay: '1s', wave: '1m' })).toBe('delays {it} by 1 s, rising and falling every 1 min')
  })
})
