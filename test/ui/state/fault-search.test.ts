import { expect, test } from 'vitest'
import type { FaultCard } from '../../../src/api/contract.ts'
import { searchFaults } from '../../../ui/src/state/fault-search.ts'

const card = (type: string, level: FaultCard['level'], summary: string): FaultCard => ({
  type,
  level,
  summary,
  applies: ['http'],
  options: {},
})
const all = [
  card('latency', 1, 'makes traffic late'),
  card('status', 2, 'answers requests with a status'),
  card('drop', 3, 'leaves messages out'),
  card('buffer', 2, 'holds bodies'),
  card('inject', 3, 'puts a message in'),
]

test('finds by name and by what it does, every word of it', () => {
  const types = (text: string) => searchFaults(all, text).flatMap(({ faults }) => faults.map(({ type }) => type))
  expect(types('')).toEqual(['latency', 'status', 'drop', 'inject', 'buffer'])
  expect(types('LATE')).toEqual(['latency'])
  expect(types('requests status')).toEqual(['status'])
  expect(types('requests late')).toEqual([])
})

test('groups by level, without empty groups, those used most before all', () => {
  expect(searchFaults(all, ' ').map(({ title }) => title)).toEqual(['Most used', 'Messages and frames', 'HTTP'])
  expect(searchFaults(all, 'out').map(({ title }) => title)).toEqual(['Messages and frames'])
})
