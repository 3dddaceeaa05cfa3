import { expect, test } from 'vitest'
import { nullTap } from '../../src/pipe/null-tap.ts'
import type { ConnectionInfo } from '../../src/pipe/tap.ts'
import { StdioRecord } from '../../src/transports/stdio-record.ts'
import type { PipedWay } from '../../src/transports/stdio-way.ts'
import { fakeClock } from '../support/playbook.ts'

const way = (direction: 'c2s' | 's2c', backlog = 0, unsent = 0) =>
  ({ direction, pipe: { backlog }, outlet: { unsent } }) as PipedWay

test('the first ending of a direction counts, with what never left; the exit stands for the other', () => {
  const told: string[] = []
  const tap = {
    ...nullTap,
    opened: (id: number) => void told.push(`opened ${id}`),
    ended: (...[, direction, , { how, by }, unsent]: Parameters<typeof nullTap.ended>) =>
      void told.push(`${direction} ${how} by ${by}, ${unsent} unsent`),
    note: (...[, , kind, detail]: Parameters<typeof nullTap.note>) =>
      void told.push(`${kind} ${JSON.stringify(detail)}`),
    logged: (...[, , bytes]: Parameters<typeof nullTap.logged>) => void told.push(`logged ${bytes.length}`),
    closed: (id: number) => void told.push(`closed ${id}`),
  }
  const record = new StdioRecord({ id: 1, info: {} as ConnectionInfo, tap, clock: fakeClock() })
  const [c2s, s2c] = [way('c2s', 3, 4), way('s2c')]
  record.ended(c2s, { how: 'fin', by: 'client' })
  record.ended(c2s, { how: 'rst', by: 'server' })
  expect([record.hasEnded('c2s'), record.hasEnded('s2c')]).toEqual([true, false])
  record.logged(new Uint8Array(2))
  record.over([c2s, s2c], { code: 1, signal: null }, { how: 'exit', by: 'server' })
  expect(told).toEqual([
    'opened 1',
    'c2s fin by client, 7 unsent',
    'logged 2',
    'exit {"code":1,"signal":null}',
    's2c exit by server, 0 unsent',
    'closed 1',
  ])
})
