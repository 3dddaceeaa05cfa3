import { expect, test } from 'vitest'
import { Hanging } from '../../../src/faults/engine/hanging.ts'

test('dials go on when the rule they wait for goes, each once', () => {
  const hanging = new Hanging()
  const gone: number[] = []
  for (const [id, rule] of [
    [1, 'down'],
    [2, 'other'],
    [3, 'down'],
    [4, 'down'],
  ] as const)
    hanging.add(id, rule, () => gone.push(id))
  hanging.remove(3)
  hanging.healed('down')
  hanging.healed('down')
  expect(gone).toEqual([1, 4])
})
