import { describe, expect, test } from 'vitest'
import type { FilterReading } from '../../../src/api/contract.ts'
import { complete } from '../../../src/filter/index.ts'
import { createFilterField } from '../../../ui/src/state/filter-field.ts'

/** A field whose hand rests when told, over an API that says `bad:` is wrong and completes as the real one. */
const fieldOf = () => {
  const committed: string[] = []
  const asked: [text: string, cursor: number | null][] = []
  const waiting = new Set<() => void>()
  let reachable = true
  const field = createFilterField({
    ask: (text, cursor) => {
      asked.push([text, cursor])
      if (!reachable) return Promise.reject(new Error('away'))
      const problem = text.includes('bad:')
        ? { from: 0, to: 4, expected: [], nearest: null, message: 'no', hint: '' }
        : null
      const completion = cursor === null ? null : complete(text, cursor)
      return Promise.resolve({ sentence: '', problem, completion } satisfies FilterReading)
    },
    commit: (text) => committed.push(text),
    wait: (_, run) => {
      waiting.add(run)
      return () => waiting.delete(run)
    },
  })
  const rest = async () => {
    for (const run of waiting) run()
    waiting.clear()
    await settled()
  }
  const settled = () => new Promise((done) => setImmediate(done))
  const type = async (text: string) => {
    field.type(text, text.length)
    await rest()
  }
  const offered = () => field.candidates.value.map(({ text }) => text)
  return { field, committed, asked, waiting, rest, settled, type, offered, leave: () => (reachable = false) }
}

describe('what is typed', () => {
  test('is put in force when the hand rests and it holds', async () => {
    const { field, committed, waiting, rest, asked } = fieldOf()
    field.type('k', 1)
    field.type('ki ', 3)
    expect(waiting.size).toBe(1)
    await rest()
    expect([asked, committed]).toEqual([[['ki ', 3]], ['ki']])
  })

  test('stays out of force while it does not hold, and says why', async () => {
    const { field, committed, type } = fieldOf()
    await type('a')
    await type('a bad:')
    expect([committed, field.problem.value?.message]).toEqual([['a'], 'no'])
    await type('a b')
    expect([committed, field.problem.value]).toEqual([['a', 'a b'], null])
  })

  test('is put in force without waiting by commit', async () => {
    const { field, committed, settled } = fieldOf()
    field.type('a', 1)
    field.commit()
    await settled()
    expect([committed, field.open.value]).toEqual([['a'], false])
  })

  test('counts as it is when the API cannot be reached', async () => {
    const { committed, type, leave } = fieldOf()
    leave()
    await type('bad:')
    expect(committed).toEqual(['bad:'])
  })

  test('is not undone when it comes back from the address', async () => {
    const { field, type } = fieldOf()
    await type('a')
    field.type('ab', 2)
    field.show('a')
    expect(field.text.value).toBe('ab')
    field.show('z')
    expect(field.text.value).toBe('z')
  })

  test('is taken out by clear', async () => {
    const { field, type, committed } = fieldOf()
    await type('bad:')
    field.clear()
    expect([field.text.value, committed.at(-1)]).toEqual(['', ''])
  })
})

describe('what could stand at the cursor', () => {
  test('is offered while one types, chosen round and round, and put in', async () => {
    const { field, type, offered, committed, settled } = fieldOf()
    await type('a ki')
    expect([field.open.value, offered()]).toEqual([true, ['kind:']])
    field.move(1)
    field.move(1)
    field.move(-1)
    expect(field.active.value).toBe(0)
    field.accept(0)
    expect([field.text.value, field.cursor.value]).toEqual(['a kind:', 7])
    await settled()
    expect([field.open.value, field.active.value]).toEqual([true, null])
    field.move(-1)
    expect(offered()[field.active.value ?? -1]).toBe('opaque')
    field.accept(0)
    await settled()
    expect([field.text.value, committed.at(-1)]).toEqual(['a kind:request ', 'a kind:request'])
    expect(field.open.value).toBe(false)
  })

  test('replaces the word under the cursor and keeps what follows', async () => {
    const { field, offered, settled } = fieldOf()
    field.show('dir:x tool:a')
    field.offer(4)
    await settled()
    expect(offered()).toEqual(['c2s', 's2c'])
    field.accept(1)
    expect([field.text.value, field.cursor.value]).toEqual(['dir:s2c tool:a', 7])
  })

  test('is put in only where it was meant: not into what was typed since', async () => {
    const { field, type, offered } = fieldOf()
    await type('-to')
    expect(offered()).toContain('tool:')
    field.type('-tool:', 6)
    field.move(1)
    field.accept(0)
    expect([field.text.value, field.active.value]).toEqual(['-tool:', null])
  })

  test('is not there between what was put in and what could follow it', async () => {
    const { field, type, settled } = fieldOf()
    await type('-to')
    field.move(1)
    field.accept(0)
    expect([field.text.value, field.open.value]).toEqual(['-tool:', false])
    await settled()
    field.accept(0)
    expect(field.text.value).not.toBe('-tool:ol:')
  })

  test('is asked for with the arrow, put away by close, and not there where nothing fits', async () => {
    const { field, settled, type } = fieldOf()
    field.offer(0)
    await settled()
    expect(field.open.value).toBe(true)
    field.close()
    expect(field.open.value).toBe(false)
    await type('zzz')
    expect(field.open.value).toBe(false)
    field.accept(0)
    expect(field.text.value).toBe('zzz')
  })
})
