import { expect, test } from 'vitest'
import { isNotable, leavesWaiting } from '../../src/faults/engine-actions.ts'
import type { FaultAction } from '../../src/faults/fault.ts'

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
