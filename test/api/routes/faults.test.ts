import { expect, test } from 'vitest'
import type { FaultRegistry } from '../../../src/api/contract.ts'
import { faults } from '../../../src/faults/index.ts'
import { apiFixture } from '../../support/api-fixture.ts'

test('every fault is told with what forms need: summary, level, transports, options with their defaults', async () => {
  const { body } = await apiFixture().json('/api/faults')
  const registry = body as FaultRegistry
  expect(registry.faults.map(({ type }) => type)).toEqual(faults.map(({ type }) => type))
  const latency = registry.faults.find(({ type }) => type === 'latency')
  expect(latency).toMatchObject({ level: 1, summary: expect.any(String), applies: expect.arrayContaining(['http']) })
  expect(Object.keys(latency?.options['properties'] as object)).toContain('delay')
  expect(Object.keys(registry.envelope['properties'] as object)).toContain('probability')
})
