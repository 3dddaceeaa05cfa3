import { expect, test } from 'vitest'
import { aliveInstances } from '../../src/cli/alive.ts'
import { NOW } from '../support/cli-context.ts'

const instance = (id: number, seenAt: number, endedAt: number | null) => ({
  id,
  pid: id,
  role: 'proxy',
  name: '',
  url: null,
  target: null,
  uiPort: null,
  startedAt: 0,
  seenAt,
  endedAt,
})

test('a process lives that has not ended and was heard of lately', () =>
  expect([
    ...aliveInstances(
      { instances: () => [instance(1, NOW - 1e6, null), instance(2, NOW - 6e6, null), instance(3, NOW, NOW)] },
      NOW,
    ),
  ]).toEqual([1]))
