import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { nullTap } from '../../src/pipe/index.ts'
import { createProxy } from '../../src/proxy.ts'
import { ownRules } from '../../src/proxy/own-rules.ts'
import { createSteering } from '../../src/proxy/steering.ts'
import type { ControlRule, FileRule } from '../../src/store/rows.ts'
import { openControl } from '../../src/store/control.ts'
import { fakeClock } from '../support/playbook.ts'
import { temporaryFolder } from '../support/temporary.ts'

const DROP = { fault: 'drop', match: 'method:tools/call' }

function rules() {
  const steering = createSteering({ clock: fakeClock(), tap: nullTap, notice: () => undefined, seed: 1 })
  return { steering, own: ownRules(steering) }
}

test('a rule says what it does, and is named for its fault', async () => {
  const { own } = rules()
  expect(await own.add(DROP)).toEqual({ id: 'drop', sentence: 'drops tools/call messages' })
  expect(await own.add(DROP)).toMatchObject({ id: 'drop-2' })
  expect(own.list().map(({ id, state, fired }) => `${id} ${state} ${fired}`)).toEqual(['drop on 0', 'drop-2 on 0'])
})

test('a rule that is none is refused with all that is wrong', async () => {
  const { own } = rules()
  await expect(own.add({ fault: 'drop', spam: 1, times: 0 })).rejects.toMatchObject({
    code: 'RULE_INVALID',
    message: expect.stringMatching(/times.*\n?.*spam|spam.*\n?.*times/s),
  })
  expect(own.list()).toEqual([])
})

test('an id is there once', async () => {
  const { own } = rules()
  await own.add({ ...DROP, id: 'mine' })
  await expect(own.add({ ...DROP, id: 'mine' })).rejects.toMatchObject({ code: 'RULE_INVALID' })
})

test('a rule that is removed is gone, and one that is not there is not found', async () => {
  const { own, steering } = rules()
  await own.add(DROP)
  await own.remove('drop')
  expect([own.list(), steering.counters()]).toEqual([[], []])
  await expect(own.remove('drop')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('healing ends all', async () => {
  const { own, steering } = rules()
  await own.add(DROP)
  await own.heal()
  expect([own.list(), steering.counters()]).toEqual([[], []])
})

/** A record that answers when it is told to. */
function recorded() {
  const steering = createSteering({ clock: fakeClock(), tap: nullTap, notice: () => undefined, seed: 1 })
  const sets: { readonly rules: readonly FileRule[]; readonly answer: () => void }[] = []
  let tell: (told: readonly ControlRule[]) => unknown = () => undefined
  const own = ownRules(steering, {
    onRules: (listener) => (tell = listener),
    setOwnRules: (_, rules) => new Promise((answer) => sets.push({ rules, answer })),
  })
  const inRecord = (id: string, change: Partial<ControlRule> = {}): ControlRule => ({
    id,
    revision: 1,
    source: DROP,
    origin: 'library',
    enabled: true,
    ...change,
  })
  const states = () => steering.counters().map(({ id, state }) => `${id} ${state}`)
  return { own, sets, states, inRecord, tell: (...told: ControlRule[]) => tell(told) }
}

test('a rule stands in the record, and is switched and ended through it', async () => {
  const { own, sets, states, inRecord, tell } = recorded()
  await own.add(DROP)
  await own.add({ ...DROP, id: 'mine' })
  expect(sets.at(-1)?.rules.map(({ id, sentence }) => [id, sentence])).toEqual([
    ['drop', 'drops tools/call messages'],
    ['mine', 'drops tools/call messages'],
  ])
  tell(inRecord('drop'), inRecord('mine'))
  for (const { answer } of sets) answer()
  await Promise.resolve()
  tell(inRecord('drop', { enabled: false, revision: 2 }), inRecord('mine'))
  await expect.poll(states).toEqual(['drop disabled', 'mine on'])
  tell(inRecord('drop', { enabled: false, revision: 2 }))
  await expect.poll(states).toEqual(['drop disabled'])
  expect(own.list().map(({ id }) => id)).toEqual(['drop'])
})

test('what the record tells of before a rule was added does not end it', async () => {
  const { own, sets, states, inRecord, tell } = recorded()
  await own.add({ ...DROP, id: 'first' })
  tell(inRecord('first'))
  sets[0]?.answer()
  await own.add({ ...DROP, id: 'second' })
  tell(inRecord('first'))
  expect(states()).toEqual(['first on', 'second on'])
  // nothing is recorded any more
  sets[1]?.answer()
  await Promise.resolve()
  expect(states()).toEqual(['first on', 'second on'])
})

test('what the record tells of before a rule was made anew is not taken for it', async () => {
  const { own, sets, inRecord, tell } = recorded()
  await own.add({ ...DROP, id: 'mine' })
  tell(inRecord('mine'))
  sets[0]?.answer()
  await own.remove('mine')
  await own.add({ fault: 'latency', delay: '1s', id: 'mine' })
  tell(inRecord('mine'))
  expect(own.list()[0]?.source).toMatchObject({ fault: 'latency' })
})

test('a name that a rule of somebody else has is taken', async () => {
  const { own, inRecord, tell } = recorded()
  tell(inRecord('drop', { origin: 'control' }))
  expect(await own.add(DROP)).toMatchObject({ id: 'drop-2' })
})

test('the page and the command line see it, with what it has done, and end it', async () => {
  const db = join(temporaryFolder(), 'capture.db')
  const proxy = await createProxy({ target: 'http://127.0.0.1:9/mcp', port: 0, ui: false, db, seed: 1 })
  onTestFinished(() => proxy.close())
  await proxy.faults.add({ fault: 'status', code: 503, id: 'busy' })
  const control = openControl(db)
  onTestFinished(() => control.close())
  await expect.poll(() => control.setEnabled('busy', false).origin).toBe('library')
  await expect.poll(() => proxy.faults.list()[0]?.state).toBe('disabled')
  control.heal()
  await expect.poll(() => proxy.faults.list()).toEqual([])
})
