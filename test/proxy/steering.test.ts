import { expect, test } from 'vitest'
import type { ActiveRule } from '../../src/faults/rules/rule.ts'
import { nullTap } from '../../src/pipe/index.ts'
import type { SteeredListener } from '../../src/pipe/policy.ts'
import { createSteering } from '../../src/proxy/steering.ts'
import { fakeClock } from '../support/playbook.ts'

const rule = (origin: ActiveRule['origin'], id: string): ActiveRule => ({
  id,
  revision: 1,
  source: { fault: 'drop', match: 'method:tools/call' },
  origin,
  enabled: true,
})
const steering = () => createSteering({ clock: fakeClock(), tap: nullTap, notice: () => undefined, seed: 1 })
const CLIENT = { servers: ['demo'], address: '127.0.0.1', open: 0 }
const LISTENER: SteeredListener = {
  servers: ['demo'],
  shut: () => undefined,
  reopen: () => Promise.resolve(true),
  letIn: () => 0,
}

test('lets everything be while there is no rule', async () => {
  const policy = steering()
  await policy.setRules('capture', [])
  expect(policy.admit(CLIENT)).toEqual({ do: 'accept' })
  expect(policy.counters()).toEqual([])
  expect(policy.end()).toEqual([])
})

test('has the rules of every origin in force', async () => {
  const policy = steering()
  policy.listening(LISTENER)
  await policy.setRules('file', [rule('file', 'a')])
  await policy.setRules('capture', [rule('control', 'b')])
  expect(policy.counters().map(({ id, state }) => `${id} ${state}`)).toEqual(['b on', 'a on'])
  await policy.setRules('file', [])
  expect(policy.counters().map(({ id }) => id)).toEqual(['b'])
})

test('tells at its end which rules never fired', async () => {
  const policy = steering()
  await policy.setRules('file', [rule('file', 'a')])
  expect(policy.end()).toEqual([{ id: 'a', sentence: 'drops tools/call messages' }])
})
