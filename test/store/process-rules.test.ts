import { expect, onTestFinished, test } from 'vitest'
import { openControl, type NewRule } from '../../src/store/control.ts'
import { processRules } from '../../src/store/process-rules.ts'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

const named = (id: string): NewRule => ({ source: { fault: 'drop' }, sentence: 'drops', id: () => id })
const ofFile = (id: string, source: object = {}) => ({
  id,
  source: { fault: 'drop', ...source },
  sentence: 'drops',
  enabled: true,
})

/** Process 1, which asks, and process 2; both live. */
function processes() {
  const fixture = captureFixture()
  fixture.add('instance', { id: 2 })
  const control = openControl(fixture.path, () => START)
  onTestFinished(() => control.close())
  const reader = openReader(fixture.path)
  onTestFinished(() => reader.close())
  return { ...fixture, control, reader, rules: processRules(fixture.db, 1) }
}

test('a process is given its own rules and those that are everywhere, in the order they came', () => {
  const { control, rules } = processes()
  control.addRule(named('b'), { instance: 1 })
  control.addRule(named('other'), { instance: 2 })
  control.addRule(named('a'), { everywhere: true })
  control.setEnabled('b', false)
  expect(rules.poll()?.rules).toEqual([
    { id: 'b', revision: 2, source: { fault: 'drop' }, origin: 'control', enabled: false },
    { id: 'a', revision: 1, source: { fault: 'drop' }, origin: 'control', enabled: true },
  ])
})

test('it is told once, until something is written', () => {
  const { control, rules } = processes()
  expect(rules.poll()).toEqual({ revision: 0, rules: [], answers: [] })
  expect(rules.poll()).toBeNull()
  control.addRule(named('a'), { instance: 1 })
  expect(rules.poll()?.rules).toHaveLength(1)
  control.heal()
  expect(rules.poll()?.rules).toEqual([])
})

test('answers to what it holds come with them', () => {
  const { control, rules, add } = processes()
  const mine = add('held', { number: 7, offset: 30 })
  add('held', { instance: 2 })
  rules.poll()
  control.answerHeld(mine, { do: 'edit', payload: '{}' })
  control.answerHeld(mine + 1, { do: 'send' })
  expect(rules.poll()?.answers).toEqual([
    { connection: 7, direction: 's2c', offset: 30, rule: 'stop', answer: { do: 'edit', payload: '{}' } },
  ])
})

test('a file that is read again changes only what changed in it', () => {
  const { control, rules, reader } = processes()
  rules.setOwnRules('file', [ofFile('a'), ofFile('b'), ofFile('c')], START)
  control.addRule(named('mine'), { instance: 1 })
  control.setEnabled('a', false)
  rules.setOwnRules('file', [ofFile('a'), ofFile('b', { times: 2 }), ofFile('d')], START + 1)
  expect(
    reader
      .rules({ instance: 1, all: true })
      .filter(({ endedWhy }) => endedWhy !== 'removed')
      .map(({ id, revision, origin, enabled }) => [id, revision, origin, enabled]),
  ).toEqual([
    ['a', 2, 'file', false],
    ['b', 2, 'file', true],
    ['mine', 1, 'control', true],
    ['d', 1, 'file', true],
  ])
  expect(reader.rules({ all: true }).find(({ id }) => id === 'c')?.endedWhy).toBe('removed')
  rules.poll()
  rules.setOwnRules('file', [ofFile('a'), ofFile('b', { times: 2 }), ofFile('d')], START + 2)
  expect(rules.poll()).toBeNull()
})

test('rules of a file and of the process’s own code are set apart from each other', () => {
  const { rules, reader } = processes()
  rules.setOwnRules('file', [ofFile('a')], START)
  rules.setOwnRules('library', [ofFile('b')], START)
  rules.setOwnRules('file', [], START + 1)
  const ended = reader.rules({ instance: 1, all: true }).filter(({ endedWhy }) => endedWhy === 'removed')
  expect(ended.map(({ id, origin }) => [id, origin])).toEqual([['a', 'file']])
})

test('a rule that ended by itself is over, and says why', () => {
  const { control, rules, reader } = processes()
  control.addRule(named('a'), { instance: 1 })
  control.addRule(named('a'), { instance: 2 })
  rules.end('a', 'expired', START + 5)
  expect(reader.rules({ all: true }).map(({ instance, endedWhy }) => [instance, endedWhy])).toContainEqual([
    1,
    'expired',
  ])
  expect(control.removeRule('a').instance).toBe(2)
})

test('rules of processes that are gone are over; those that are everywhere as well, where nobody else is', () => {
  const { control, rules, db } = processes()
  control.addRule(named('mine'), { instance: 1 })
  control.addRule(named('theirs'), { instance: 2 })
  control.addRule(named('all'), { everywhere: true })
  expect(rules.endLeftOver(START)).toEqual([])
  db.exec('UPDATE instance SET ended_at = 1 WHERE id = 2')
  expect(rules.endLeftOver(START).map(({ id, endedWhy }) => [id, endedWhy])).toEqual([
    ['theirs', 'process-ended'],
    ['all', 'process-ended'],
  ])
  expect(rules.poll()?.rules.map(({ id }) => id)).toEqual(['mine'])
})

test('its own end with it', () => {
  const { control, rules, reader } = processes()
  control.addRule(named('mine'), { instance: 1 })
  control.addRule(named('all'), { everywhere: true })
  rules.processEnds(START + 1)
  expect(reader.rules().map(({ id }) => id)).toEqual(['all'])
})

test('what processes held that are gone does not wait any more', () => {
  const { rules, add, db } = processes()
  add('held', {})
  add('held', { instance: 99 })
  rules.endLeftOver(START)
  expect(db.prepare('SELECT instance, state FROM held').all()).toEqual([
    { instance: 1, state: 'held' },
    { instance: 99, state: 'lost' },
  ])
})
