import { describe, expect, test } from 'vitest'
import { createUpkeep, limitsFor } from '../../src/recorder/upkeep.ts'
import type { PruneOptions, PruneReport } from '../../src/store/prune.ts'

/** A capture that loses 100 bytes a step, until it needs no more than was asked for or than what runs. */
const capture = (bytes: number, running = 0) => {
  const state = { used: bytes, asked: [] as PruneOptions[] }
  function* pruning(options: PruneOptions): Generator<void, PruneReport> {
    state.asked.push(options)
    const goal = Math.max(options.maxBytes ?? state.used, running)
    for (; state.used > goal; state.used -= 100) yield
    return { sessions: [], spared: [], connections: 0, frames: 0, freedBytes: 0, sizeBytes: state.used }
  }
  return { state, writer: { usedBytes: () => state.used, pruning } }
}

const MINUTE = 60_000_000

describe('upkeep', () => {
  test('does nothing within the limits, or without any', () => {
    const { writer, state } = capture(1000)
    expect(createUpkeep(writer, { maxBytes: 1000 }).due(1)).toBe(false)
    expect(createUpkeep(writer, {}).due(1)).toBe(false)
    expect(createUpkeep(writer, { maxBytes: Infinity, maxAgeMs: Infinity }).due(1)).toBe(false)
    expect(state.asked).toEqual([])
  })

  test('makes some room, step by step, when the capture has grown too big', () => {
    const { writer, state } = capture(1200)
    const upkeep = createUpkeep(writer, { maxBytes: 1000 })
    expect(upkeep.due(5)).toBe(true)
    const steps = [upkeep.step(), upkeep.step(), upkeep.step()]
    expect(steps).toEqual([null, null, null])
    expect(upkeep.due(6)).toBe(true)
    expect(upkeep.step()).toMatchObject({ sizeBytes: 900 })
    expect(state.asked).toEqual([{ now: 5, maxBytes: 900 }])
    expect(upkeep.due(7)).toBe(false)
  })

  test('looks for what is too old at once, and then every minute', () => {
    const { writer, state } = capture(100)
    const upkeep = createUpkeep(writer, { maxAgeMs: 50 })
    for (const now of [MINUTE, MINUTE + 1, 2 * MINUTE]) if (upkeep.due(now)) upkeep.step()
    expect(state.asked).toEqual([
      { now: MINUTE, maxAgeMs: 50 },
      { now: 2 * MINUTE, maxAgeMs: 50 },
    ])
  })

  test('does not begin again and again when what is left runs', () => {
    const { writer, state } = capture(1200, 1100)
    const upkeep = createUpkeep(writer, { maxBytes: 1000 })
    while (upkeep.due(1)) upkeep.step()
    expect(state.asked).toHaveLength(1)
    state.used = 1250
    expect(upkeep.due(2)).toBe(true)
  })

  test('begins anew after an error', () => {
    const { writer, state } = capture(1200)
    const upkeep = createUpkeep(writer, { maxBytes: 1000 })
    upkeep.due(1)
    upkeep.step()
    upkeep.leave()
    expect(upkeep.step()).toBeNull()
    expect(upkeep.due(2)).toBe(true)
    upkeep.step()
    expect(state.asked).toHaveLength(2)
  })
})

test('the usual capture has a bound unless another is said; one that was named has none', () => {
  expect(limitsFor(false, {})).toEqual({ maxBytes: 2_147_483_648, maxAgeMs: Infinity })
  expect(limitsFor(true, {})).toEqual({ maxBytes: Infinity, maxAgeMs: Infinity })
  expect(limitsFor(true, { maxBytes: 5, maxAgeMs: 6 })).toEqual({ maxBytes: 5, maxAgeMs: 6 })
  expect(limitsFor(false, { maxBytes: Infinity })).toMatchObject({ maxBytes: Infinity })
})
