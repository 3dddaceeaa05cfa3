import { expect, test } from 'vitest'
import { doesMore, isNotable, leavesWaiting } from '../../../src/faults/engine/actions.ts'
import type { FaultAction, FaultEvent } from '../../../src/faults/fault.ts'

const cut = (how: 'rst' | 'hang', side: 'both' | 'client'): FaultAction => ({ do: 'cut', how, side })

test('whoever is not told of an end waits on', () => {
  expect([cut('rst', 'both'), cut('rst', 'client'), cut('hang', 'both')].map(leavesWaiting)).toEqual([
    false,
    true,
    true,
  ])
  expect(leavesWaiting({ do: 'exit', code: 1 })).toBe(false)
})

test('what ends, answers or holds is told each time', () => {
  expect([cut('rst', 'both'), { do: 'exit', code: 1 } as const].every(isNotable)).toBe(true)
  expect(isNotable({ do: 'wait', ms: 1 })).toBe(false)
})

test('to let an event go on is to do nothing, to let another one go is not', () => {
  const event = { kind: 'tick', at: 0, token: null, connection: 1, direction: 'c2s' } satisfies FaultEvent
  expect([event, { ...event }].map((it) => doesMore({ do: 'pass', event: it }, event))).toEqual([false, true])
  expect(doesMore({ do: 'wait', ms: 1 }, event)).toBe(true)
})
