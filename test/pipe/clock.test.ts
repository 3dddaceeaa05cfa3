import { describe, expect, it } from 'vitest'
import { createClock } from '../../src/pipe/clock.ts'

describe('clock', () => {
  it('gives microseconds since the epoch, from the monotonic clock', () => {
    let monotonic = 10
    const clock = createClock(
      () => 1_700_000_000_000,
      () => monotonic,
    )
    expect(clock.now()).toBe(1_700_000_000_000_000)
    monotonic = 10.5
    expect(clock.now()).toBe(1_700_000_000_000_500)
  })

  it('follows the wall clock forward when it jumps, as after a suspend', () => {
    let wall = 1000
    const clock = createClock(
      () => wall,
      () => 0,
    )
    wall = 61_000
    expect(clock.now()).toBe(1_000_000)
    expect(clock.check()).toBe(60_000_000)
    expect(clock.now()).toBe(61_000_000)
    expect(clock.check()).toBeUndefined()
  })

  it('never runs backwards: a step back is told once and not followed', () => {
    let wall = 100_000
    const clock = createClock(
      () => wall,
      () => 0,
    )
    wall = 40_000
    expect(clock.check()).toBe(-60_000_000)
    expect(clock.now()).toBe(100_000_000)
    expect(clock.check()).toBeUndefined()
  })

  it('takes a small difference for jitter', () => {
    let wall = 1000
    const clock = createClock(
      () => wall,
      () => 0,
    )
    wall = 1090
    expect(clock.check()).toBeUndefined()
  })

  it('never calls back early', async () => {
    const clock = createClock()
    const late = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const due = clock.now() + 5000 + index * 137
        return new Promise<number>((resolve) => clock.at(due, () => resolve(clock.now() - due)))
      }),
    )
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
  })

  it('does not call back once cancelled', async () => {
    const clock = createClock()
    const called: string[] = []
    const cancel = clock.at(clock.now() + 1000, () => called.push('cancelled'))
    cancel()
    await new Promise<void>((resolve) => clock.at(clock.now() + 5000, resolve))
    expect(called).toEqual([])
  })
})
