import { expect, test } from 'vitest'
import type { RuleRow } from '../../../src/api/contract.ts'
import { createFaults } from '../../../ui/src/state/faults.ts'
import { fakeApi } from '../../support/fake-api.ts'
import { ruleRow } from '../../support/ui-rows.ts'

const withRules = async (rows: readonly RuleRow[], answer: (path: string, body: unknown) => unknown = () => []) => {
  const asked: unknown[] = []
  const faults = createFaults(
    fakeApi((path, _query, sent) => {
      if (sent === undefined) return path === '/api/rules' ? rows : []
      asked.push([sent.method, path, sent.body])
      return answer(path, sent.body)
    }),
  )
  await faults.load()
  return { faults, asked }
}

test('rules in force, those that are on, and those that are over stand apart', async () => {
  const { faults } = await withRules([
    ruleRow(1),
    ruleRow(2, { enabled: false }),
    ruleRow(3, { endedAt: 5, endedWhy: 'healed' }),
    ruleRow(4, { endedAt: 5, endedWhy: 'replaced' }),
  ])
  expect(faults.rules.value.map(({ key }) => key)).toEqual([1, 2])
  expect(faults.active.value.map(({ key }) => key)).toEqual([1])
  expect(faults.ended.value.map(({ key }) => key)).toEqual([3])
})

test('live changes count on, and end what is over', async () => {
  const { faults } = await withRules([ruleRow(1), ruleRow(2)])
  const rules = [ruleRow(1, { fired: 3 }), ruleRow(2, { endedAt: 9, endedWhy: 'expired' })]
  faults.apply({ rules, held: [], framesLeftOut: false })
  expect(faults.rules.value).toMatchObject([{ key: 1, fired: 3 }])
  expect(faults.ended.value).toMatchObject([{ key: 2, endedWhy: 'expired' }])
})

test('a rule switched off is replaced by its next version', async () => {
  const next = ruleRow(2, { id: 'rule-1', enabled: false, revision: 2 })
  const { faults, asked } = await withRules([ruleRow(1)], () => next)
  await faults.setEnabled(ruleRow(1), false)
  expect(asked).toEqual([['PATCH', '/api/rules/rule-1?instance=1', { enabled: false }]])
  expect(faults.rules.value.map(({ key }) => key)).toEqual([2])
  expect(faults.ended.value).toEqual([])
})

test('a rule that is changed is replaced by its next version, in one call', async () => {
  const next = ruleRow(2, { id: 'rule-1', source: { fault: 'latency', delay: '2s' }, revision: 2, fired: 3 })
  const { faults, asked } = await withRules([ruleRow(1, { fired: 3 })], () => next)
  await faults.change(ruleRow(1), next.source)
  expect(asked).toEqual([['PUT', '/api/rules/rule-1?instance=1', { rule: next.source }]])
  expect(faults.rules.value).toEqual([next])
  expect(faults.ended.value).toEqual([])
})

test('a rule keeps its place when it is switched off and on', async () => {
  const { faults } = await withRules([
    ruleRow(1, { id: 'a', endedAt: 5, endedWhy: 'replaced' }),
    ruleRow(2, { id: 'b' }),
    ruleRow(3, { id: 'a', enabled: false, createdAt: 5 }),
  ])
  expect(faults.rules.value.map(({ id }) => id)).toEqual(['a', 'b'])
})

test('names with a slash stay one part of the path', async () => {
  const { faults, asked } = await withRules([], () => ruleRow(1, { endedAt: 1, endedWhy: 'removed' }))
  await faults.remove({ id: 'crash/refuse', instance: null })
  expect(asked).toEqual([['DELETE', '/api/rules/crash%2Frefuse?everywhere=true', undefined]])
})

test('healing tells how many it ended', async () => {
  const { faults } = await withRules([ruleRow(1)], () => [ruleRow(1, { endedAt: 1, endedWhy: 'healed' })])
  expect(await faults.heal()).toBe(1)
  expect(faults.rules.value).toEqual([])
})

test('rules that cannot be read are told, and can be read again', async () => {
  let works = false
  const faults = createFaults(
    fakeApi(() => {
      if (!works) throw new Error('no')
      return []
    }),
  )
  await faults.load()
  expect(faults.error.value).not.toBe(null)
  works = true
  await faults.load()
  expect(faults.error.value).toBe(null)
})
