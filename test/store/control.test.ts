import { performance } from 'node:perf_hooks'
import { expect, onTestFinished, test } from 'vitest'
import { openControl, type Control, type NewRule } from '../../src/store/control.ts'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, type CaptureFixture, START } from '../support/capture-fixture.ts'

const named = (id: string): NewRule => ({
  source: { fault: 'drop', match: 'method:ping' },
  sentence: 'drops ping messages',
  id: () => id,
})

/** A capture with one live proxy, and a clock that stands still. */
function controlled(): CaptureFixture & { control: Control; revision: () => unknown; clock: { now: number } } {
  const fixture = captureFixture()
  const clock = { now: START }
  const control = openControl(fixture.path, () => clock.now)
  onTestFinished(() => control.close())
  const revision = (): unknown => fixture.db.prepare('SELECT revision FROM control').pluck().get()
  return { ...fixture, control, revision, clock }
}
const code = (name: string, text = ''): unknown =>
  expect.objectContaining({ code: name, message: expect.stringContaining(text), hint: expect.stringMatching(/.+/) })

test('a rule goes to the one process there is', () => {
  const { control, revision } = controlled()
  expect(control.addRule(named('drop'))).toEqual({
    key: 1,
    id: 'drop',
    revision: 1,
    instance: 1,
    origin: 'control',
    source: { fault: 'drop', match: 'method:ping' },
    sentence: 'drops ping messages',
    enabled: true,
    createdAt: START,
    endedAt: null,
    endedWhy: null,
    matched: 0,
    fired: 0,
    notApplied: 0,
    lastAt: null,
  })
  expect(revision()).toBe(1)
})

test('without a live process there is nothing to give a rule to', () => {
  const { control, db } = controlled()
  db.exec('UPDATE instance SET ended_at = 1')
  expect(() => control.addRule(named('drop'))).toThrow(code('INSTANCE_NONE', 'Nothing records'))
  db.exec(`UPDATE instance SET ended_at = NULL, seen_at = ${START - 6_000_000}`)
  expect(() => control.addRule(named('drop'))).toThrow(code('INSTANCE_NONE'))
})

test('of several processes one has to be named; a page of its own is none', () => {
  const { control, add } = controlled()
  add('instance', { id: 2, role: 'ui', pid: 5 })
  expect(control.addRule(named('a')).instance).toBe(1)
  add('instance', { id: 3, role: 'stdio', pid: 77, name: 'edge', target: 'npx server-files /tmp' })
  expect(() => control.addRule(named('b'))).toThrow(
    code('INSTANCE_AMBIGUOUS', '3 stdio edge npx server-files /tmp (pid 77)'),
  )
  expect(control.addRule(named('b'), { instance: 3 }).instance).toBe(3)
  expect(control.addRule(named('c'), { instance: '77' }).instance).toBe(3)
  expect(control.addRule(named('d'), { instance: 'edge' }).instance).toBe(3)
  expect(control.addRule(named('e'), { instance: 'server-files' }).instance).toBe(3)
  expect(() => control.addRule(named('f'), { instance: 'other' })).toThrow(code('INSTANCE_NONE', 'No process is other'))
})

test('a rule that is everywhere needs no process, and takes its name everywhere', () => {
  const { control, add } = controlled()
  add('instance', { id: 2 })
  control.addRule(named('mine'), { instance: 2 })
  expect(control.addRule(named('all'), { everywhere: true }).instance).toBeNull()
  expect(() => control.addRule(named('all'), { instance: 1 })).toThrow(
    code('RULE_INVALID', 'all is the name of a rule'),
  )
  expect(() => control.addRule(named('mine'), { everywhere: true })).toThrow(code('RULE_INVALID'))
  expect(control.addRule(named('mine'), { instance: 1 }).instance).toBe(1)
})

test('whoever names a rule is told what names are taken', () => {
  const { control } = controlled()
  control.addRule(named('drop'))
  const id = (taken: ReadonlySet<string>): string => (taken.has('drop') ? 'drop-2' : 'drop')
  expect(control.addRule({ ...named(''), id }).id).toBe('drop-2')
})

test('on and off are versions of one rule, and its hits go on', () => {
  const { control, add, db, revision } = controlled()
  const { key } = control.addRule(named('drop'))
  add('decision', { rule: 'drop', revision: 1 })
  const off = control.setEnabled('drop', false)
  expect(off).toMatchObject({ revision: 2, enabled: false, endedAt: null, matched: 1, fired: 1 })
  add('decision', { rule: 'drop', revision: 2, fired: 0, scope: 'session 2' })
  expect(control.setEnabled('drop', true)).toMatchObject({ revision: 3, enabled: true, matched: 2, fired: 1 })
  expect(control.setEnabled('drop', true).revision).toBe(3)
  expect(revision()).toBe(3)
  expect(db.prepare('SELECT ended_why FROM rule WHERE key = ?').pluck().get(key)).toBe('replaced')
})

test('a removed rule stays in the record, and the next of its name counts anew', () => {
  const { control, add, path, clock } = controlled()
  control.addRule(named('drop'))
  add('decision', { rule: 'drop', revision: 1 })
  clock.now = START + 7
  expect(control.removeRule('drop')).toMatchObject({ endedAt: START + 7, endedWhy: 'removed', fired: 1 })
  expect(control.addRule(named('drop'))).toMatchObject({ revision: 2, fired: 0 })
  add('decision', { rule: 'drop', revision: 2, at: START + 9 })
  const reader = openReader(path)
  onTestFinished(() => reader.close())
  const rows = reader.rules({ all: true })
  expect(rows.map(({ revision, fired, lastAt }) => [revision, fired, lastAt])).toEqual([
    [1, 1, START],
    [2, 1, START + 9],
  ])
})

test('what a rule was before it was replaced is listed on request', () => {
  const { control, path, clock } = controlled()
  control.addRule(named('drop'))
  clock.now = START + 5
  control.setEnabled('drop', false)
  const reader = openReader(path)
  onTestFinished(() => reader.close())
  expect(reader.rules({ all: true }).map(({ enabled }) => enabled)).toEqual([false])
  expect(reader.rules({ all: true, versions: true })).toMatchObject([
    { enabled: true, createdAt: START, endedAt: START + 5, endedWhy: 'replaced' },
    { enabled: false, createdAt: START + 5 },
  ])
})

test('hits are told apart: matched, fired, not applied', () => {
  const { control, add } = controlled()
  control.addRule(named('drop'))
  add('decision', { fired: 0, action: 'skipped', scope: 'session 1' })
  add('decision', { fired: 1, action: 'wait 200 ms', scope: 'session 2' })
  add('decision', { fired: 1, action: 'cut rst', scope: 'session 2' })
  add('decision', { fired: 1, action: 'not applied: compressed' })
  add('decision', { fired: 0, action: 'healed: reset, for what was eaten cannot come back' })
  expect(control.removeRule('drop')).toMatchObject({ matched: 2, fired: 1, notApplied: 1 })
})

test('healing ends all rules, or those named; one that is not there heals none', () => {
  const { control, add } = controlled()
  add('instance', { id: 2 })
  for (const id of ['a', 'b', 'c']) control.addRule(named(id), { instance: id === 'c' ? 2 : 1 })
  expect(() => control.heal(['a', 'x'])).toThrow(code('NOT_FOUND', 'x'))
  expect(control.heal(['a']).map(({ id, endedWhy }) => [id, endedWhy])).toEqual([['a', 'healed']])
  expect(control.heal(undefined, { instance: 2 }).map(({ id }) => id)).toEqual(['c'])
  expect(control.heal().map(({ id }) => id)).toEqual(['b'])
  expect(control.heal()).toEqual([])
})

test('a rule that is in two processes has to be named with one', () => {
  const { control, add } = controlled()
  add('instance', { id: 2, pid: 9 })
  for (const instance of [1, 2]) control.addRule(named('drop'), { instance })
  expect(() => control.removeRule('drop')).toThrow(code('INSTANCE_AMBIGUOUS', '2 (proxy, pid 9)'))
  expect(() => control.setEnabled('drop', false)).toThrow(
    expect.objectContaining({
      hint: 'Say which one: --instance 1 or --instance 2; or end all of that name: mitmcp fault heal drop',
    }),
  )
  expect(control.removeRule('drop', { instance: 2 }).instance).toBe(2)
  expect(() => control.removeRule('drop', { instance: 2 })).toThrow(code('NOT_FOUND', 'There is no rule drop'))
})

test('one that is everywhere, and one of a process that calls it the same, are told apart', () => {
  const { control, add } = controlled()
  control.addRule(named('drop'), { everywhere: true })
  add('rule', { id: 'drop', instance: 1, origin: 'file' })
  expect(() => control.setEnabled('drop', false)).toThrow(
    code('INSTANCE_AMBIGUOUS', 'in several places: 1 (proxy, pid 1), all processes'),
  )
  expect(control.setEnabled('drop', false, { everywhere: true })).toMatchObject({ instance: null, enabled: false })
  expect(control.removeRule('drop', { instance: 1 })).toMatchObject({ instance: 1, endedWhy: 'removed' })
  expect(control.removeRule('drop')).toMatchObject({ instance: null })
})

test('who names the wrong process hears where the rule is', () => {
  const { control, add } = controlled()
  add('instance', { id: 2, pid: 9 })
  control.addRule(named('drop'), { everywhere: true })
  for (const act of [() => control.removeRule('drop', { instance: 2 }), () => control.heal(['drop'], { instance: 2 })])
    expect(act).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: 'There is no rule drop in force there; it acts in all processes.',
        hint: 'Say which one: --everywhere; or end all of that name: mitmcp fault heal drop',
      }),
    )
  expect(control.heal(['drop'])).toHaveLength(1)
})

test('healing a name ends it in every process', () => {
  const { control, add } = controlled()
  add('instance', { id: 2, pid: 9 })
  for (const instance of [1, 2]) control.addRule(named('drop'), { instance })
  expect(control.heal(['drop']).map(({ instance }) => instance)).toEqual([1, 2])
})

test('a rule is over when its process is, whoever looks', () => {
  const { control, db, path, clock } = controlled()
  control.addRule(named('drop'))
  clock.now = START + 6_000_000
  expect(() => control.removeRule('drop')).toThrow(code('NOT_FOUND'))
  const reader = openReader(path)
  onTestFinished(() => reader.close())
  expect(reader.rules()).toEqual([])
  expect(reader.rules({ all: true })).toMatchObject([{ endedAt: START, endedWhy: 'process-ended' }])
  db.exec(`UPDATE instance SET ended_at = ${START + 3}`)
  expect(reader.rules({ all: true })).toMatchObject([{ endedAt: START + 3 }])
})

test('a held message is answered as long as it waits', () => {
  const { control, add, db, revision } = controlled()
  const id = add('held')
  expect(control.answerHeld(id, { do: 'drop' })).toMatchObject({ state: 'held', answer: { do: 'drop' } })
  expect(control.answerHeld(id, { do: 'edit', payload: '{}' }).answer).toEqual({ do: 'edit', payload: '{}' })
  expect(revision()).toBe(2)
  db.exec(`UPDATE held SET state = 'sent'`)
  expect(() => control.answerHeld(id, { do: 'send' })).toThrow(code('NOT_FOUND', 'waits'))
})

test('what is written here is a change like any other', () => {
  const { control, add, path } = controlled()
  const reader = openReader(path)
  onTestFinished(() => reader.close())
  const { key } = control.addRule(named('drop'))
  control.removeRule('drop')
  control.answerHeld(add('held'), { do: 'send' })
  const changes = reader.changes(0)
  expect(changes.map(({ rules, held }) => [rules.map((rule) => rule.key), held.map(({ id }) => id)])).toEqual([
    [[key], []],
    [[key], []],
    [[], [1]],
  ])
})

test('a write takes less than a millisecond', () => {
  const { control } = controlled()
  const took = Array.from({ length: 50 }, (_, i) => {
    const before = performance.now()
    control.addRule(named(`r${i}`))
    return performance.now() - before
  })
  // the middle one: a busy machine may stop us at any time
  expect(took.toSorted((a, b) => a - b)[25]).toBeLessThan(1)
})

test('a persona is healed, and removed, by its name; a rule of that name comes before it', () => {
  const { control } = controlled()
  const add = (...ids: string[]) => control.addRules(ids.map((id) => named(id)))
  add('slow/a', 'slow/b', 'slower')
  expect(control.heal(['slow']).map(({ id, endedWhy }) => [id, endedWhy])).toEqual([
    ['slow/a', 'healed'],
    ['slow/b', 'healed'],
  ])
  add('slow/a', 'slow/b')
  expect(control.removeRules('slow').map(({ id, endedWhy }) => [id, endedWhy])).toEqual([
    ['slow/a', 'removed'],
    ['slow/b', 'removed'],
  ])
  add('slow', 'slow/a')
  expect(control.removeRules('slow').map(({ id }) => id)).toEqual(['slow'])
  expect(control.heal(['slow/a', 'slow']).map(({ id }) => id)).toEqual(['slow/a'])
  expect(() => control.removeRules('slow')).toThrow('There is no rule slow in force')
})
