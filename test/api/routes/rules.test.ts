import { expect, test } from 'vitest'
import { explainRule } from '../../../src/faults/rules/sentence.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { apiFixture } from '../../support/api-fixture.ts'

const slow = { fault: 'latency', delay: '200ms', match: 'method:ping' }

/** The API over a capture with one live process. */
function live() {
  const api = apiFixture()
  api.db.prepare('UPDATE instance SET seen_at = ?').run(Date.now() * 1000)
  return api
}

test('a rule that is given is checked, named, said in a sentence, and in force', async () => {
  const { send, json, written } = live()
  const { status, body } = await send('POST', '/api/rules', { rules: [slow, slow] })
  expect(status).toBe(200)
  const sentence = explainRule(parseRule(slow))
  expect(body).toMatchObject([
    { id: 'latency', instance: 1, sentence, source: slow, enabled: true, origin: 'control' },
    { id: 'latency-2', sentence },
  ])
  expect((await json('/api/rules')).body).toEqual(body)
  expect((await json('/api/rules?instance=2')).body).toEqual([])
  expect(written()).toBe(1)
})

test('of several all or none are taken, and every problem is told', async () => {
  const { send, json, written } = live()
  const wrong = await send('POST', '/api/rules', { rules: [slow, { fault: 'latency', dealy: '1s' }] })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'RULE_INVALID' } })
  expect(JSON.stringify(wrong.body)).toContain('rules.1.dealy')
  const taken = await send('POST', '/api/rules', { rules: [{ ...slow, id: 'a' }, slow, { ...slow, id: 'latency' }] })
  expect(taken.status).toBe(400)
  expect((await json('/api/rules')).body).toEqual([])
  expect(written()).toBe(0)
})

test('without a process, or with several, it says where it could go', async () => {
  const { send, db, add } = apiFixture()
  expect(await send('POST', '/api/rules', { rules: [slow] })).toMatchObject({
    status: 404,
    body: { code: 'INSTANCE_NONE' },
  })
  db.prepare('UPDATE instance SET seen_at = ?').run(Date.now() * 1000)
  add('instance', { id: 2, pid: 22, seen_at: Date.now() * 1000 })
  const several = await send('POST', '/api/rules', { rules: [slow] })
  expect(several).toMatchObject({ status: 409, body: { code: 'INSTANCE_AMBIGUOUS' } })
  expect(JSON.stringify(several.body)).toContain('pid 22')
  expect(await send('POST', '/api/rules', { rules: [slow], instance: 2 })).toMatchObject({ body: [{ instance: 2 }] })
  expect(await send('POST', '/api/rules', { rules: [{ ...slow, id: 'all' }], everywhere: true })).toMatchObject({
    body: [{ instance: null }],
  })
})

test('a rule is switched off and on, and removed', async () => {
  const { send, json } = live()
  await send('POST', '/api/rules', { rules: [{ ...slow, enabled: false }] })
  expect((await json('/api/rules')).body).toMatchObject([{ enabled: false }])
  expect(await send('PATCH', '/api/rules/latency', { enabled: true })).toMatchObject({
    body: { enabled: true, revision: 2 },
  })
  expect(await send('DELETE', '/api/rules/latency?instance=1')).toMatchObject({ body: { endedWhy: 'removed' } })
  expect(await send('DELETE', '/api/rules/latency')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  expect((await json('/api/rules')).body).toEqual([])
  expect((await json('/api/rules?all=true')).body).toMatchObject([{ id: 'latency', endedWhy: 'removed' }])
})

test('a rule is changed in its place: its counters go on, and it stays off where it was', async () => {
  const { send, json, db, add } = live()
  await send('POST', '/api/rules', { rules: [slow, { ...slow, id: 'other' }] })
  add('decision', { rule: 'latency', revision: 1, fired: 1, action: 'wait 200 ms', scope: 'message c2s ping 1', at: 5 })
  await send('PATCH', '/api/rules/latency', { enabled: false })
  const longer = { ...slow, delay: '2s' }
  const { status, body } = await send('PUT', '/api/rules/latency', { rule: longer })
  expect([status, body]).toMatchObject([
    200,
    { id: 'latency', revision: 3, source: { ...longer, id: 'latency' }, enabled: false, fired: 1, matched: 1 },
  ])
  expect(body).toMatchObject({ sentence: explainRule(parseRule(longer)) })
  expect((await json('/api/rules')).body).toMatchObject([{ id: 'latency', fired: 1 }, { id: 'other' }])
  expect(await send('PUT', '/api/rules/latency', { rule: { ...longer, enabled: true } })).toMatchObject({
    body: { revision: 4, enabled: true },
  })
  const wrong = await send('PUT', '/api/rules/latency', { rule: { fault: 'latency', dealy: '1s' } })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'RULE_INVALID' } })
  expect(await send('PUT', '/api/rules/nobody', { rule: slow })).toMatchObject({ status: 404 })
  db.prepare(`UPDATE rule SET origin = 'file'`).run()
  expect(await send('PUT', '/api/rules/latency', { rule: slow })).toMatchObject({
    status: 400,
    body: { code: 'RULE_INVALID', message: expect.stringContaining('rule file'), hint: expect.any(String) },
  })
})

test('one that is everywhere is reached by saying so, where a process has one of that name', async () => {
  const { send, add } = live()
  await send('POST', '/api/rules', { rules: [slow], everywhere: true })
  add('rule', { id: 'latency', instance: 1, origin: 'file' })
  expect(await send('DELETE', '/api/rules/latency')).toMatchObject({
    status: 409,
    body: { code: 'INSTANCE_AMBIGUOUS', hint: expect.stringContaining('--everywhere') },
  })
  const off = await send('PATCH', '/api/rules/latency?everywhere=true', { enabled: false })
  expect(off).toMatchObject({ status: 200, body: { instance: null, enabled: false } })
  expect(await send('POST', '/api/rules/heal', { ids: ['latency'], everywhere: true })).toMatchObject({
    body: [{ instance: null }],
  })
  expect(await send('DELETE', '/api/rules/latency')).toMatchObject({ body: { instance: 1 } })
})

test('healing ends those named, or all', async () => {
  const { send } = live()
  await send('POST', '/api/rules', {
    rules: [
      { ...slow, id: 'a' },
      { ...slow, id: 'b' },
      { ...slow, id: 'c' },
    ],
  })
  expect(await send('POST', '/api/rules/heal', { ids: ['b'] })).toMatchObject({
    body: [{ id: 'b', endedWhy: 'healed' }],
  })
  expect(await send('POST', '/api/rules/heal', {})).toMatchObject({ body: [{ id: 'a' }, { id: 'c' }] })
})

test('a rule that is being written is read: its sentence, or all that is wrong with it', async () => {
  const { send, written } = live()
  const good = await send('POST', '/api/rules/explain', { rule: slow })
  expect(good.body).toEqual({ sentence: explainRule(parseRule(slow)), problems: [] })
  const bad = await send('POST', '/api/rules/explain', { rule: { fault: 'latency', dealy: '1s', every: 0 } })
  expect(bad.status).toBe(200)
  expect(bad.body).toMatchObject({
    sentence: null,
    problems: expect.arrayContaining([{ path: 'dealy', message: expect.any(String), nearest: 'delay' }]),
  })
  expect(written()).toBe(0)
})

test('a dry run says which of the recorded frames a rule would have met', async () => {
  const { send, add } = live()
  add('session', { id: 1, uid: 'abcd2345' })
  add('connection', { id: 1 })
  add('flow', { id: 1, session: 1 })
  for (let id = 1; id <= 6; id++) {
    add('frame', { id, session: 1, messages: 1, offset: id * 10, length: 10 })
    add('message', { frame: id, method: id % 2 === 0 ? 'ping' : 'tools/list' })
  }
  const run = (body: object) => send('POST', '/api/rules/dry-run', body)
  expect((await run({ rule: slow })).body).toMatchObject({
    searched: 6,
    hits: 3,
    frames: [{ id: 2 }, { id: 4 }, { id: 6 }],
  })
  expect((await run({ rule: slow, last: 2 })).body).toMatchObject({ searched: 2, hits: 1 })
  expect(await run({ rule: { fault: 'none' } })).toMatchObject({ status: 400, body: { code: 'RULE_INVALID' } })
})

test('the slash in the id of a persona’s rule is escaped in an address', async () => {
  const { send, json } = live()
  await send('POST', '/api/rules', { rules: [{ ...slow, id: 'flaky-3g/latency' }] })
  expect(await send('DELETE', '/api/rules/flaky-3g%2Flatency')).toMatchObject({ status: 200 })
  expect((await json('/api/rules')).body).toEqual([])
})
