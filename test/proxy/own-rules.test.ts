import { expect, test } from 'vitest'
import { nullTap } from '../../src/pipe/index.ts'
import { ownRules } from '../../src/proxy/own-rules.ts'
import { createSteering } from '../../src/proxy/steering.ts'
import { fakeClock } from '../support/playbook.ts'

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
