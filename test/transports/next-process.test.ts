import { describe, expect, test } from 'vitest'
import { NextProcess } from '../../src/transports/next-process.ts'
import { fakeClock } from '../support/playbook.ts'

const setting = () => {
  const clock = fakeClock()
  const next = new NextProcess(clock)
  /** Whether it is due by now. */
  const waits = async (afterMs: number | null) => {
    let due = false
    next.want({ rule: 'r', afterMs })
    void next.due({ rule: 'r', afterMs }).then(() => (due = true))
    return async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return due
    }
  }
  return { clock, next, waits }
}

describe('the next process', () => {
  test('is due after its time, never early', async () => {
    const { clock, waits } = setting()
    const due = await waits(100)
    clock.advance(99)
    expect(await due()).toBe(false)
    clock.advance(1)
    expect(await due()).toBe(true)
  })

  test('is due at once when its rule goes, and not when another does', async () => {
    const { next, waits } = setting()
    const due = await waits(null)
    next.now('other')
    expect(await due()).toBe(false)
    next.now('r')
    expect(await due()).toBe(true)
  })

  test('is due at once when its rule went while the one before was still ending', async () => {
    const { next } = setting()
    next.want({ rule: 'r', afterMs: null })
    next.now('r')
    await expect(next.due({ rule: 'r', afterMs: null })).resolves.toBeUndefined()
  })

  test('is waited for no longer when nobody wants it', async () => {
    const { next, waits } = setting()
    const due = await waits(null)
    next.giveUp()
    expect(await due()).toBe(true)
  })

  test('is wanted until it came', () => {
    const { next } = setting()
    next.want({ rule: 'r', afterMs: 0 })
    expect(next.wanted).toEqual({ rule: 'r', afterMs: 0 })
    next.came()
    expect(next.wanted).toBeUndefined()
  })
})
