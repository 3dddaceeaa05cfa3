import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ControlRule, HeldVerdict } from '../../src/store/rows.ts'
import { createRecorder, type Recorder } from '../../src/recorder/index.ts'
import { openControl, type NewRule } from '../../src/store/control.ts'
import { ControlEnd } from '../../src/recorder/control-link.ts'
import { openReader } from '../../src/store/reader.ts'
import { Conversations } from '../../src/wire/conversation.ts'
import { info, instance } from '../support/recording.ts'
import { temporaryFolder } from '../support/temporary.ts'

const workerUrl = new URL('../../dist/recorder/thread.js', import.meta.url)
const named = (id: string): NewRule => ({ source: { fault: 'drop' }, sentence: 'drops', id: () => id })

async function start(db = join(temporaryFolder(), 'capture.db')) {
  const recorder = await createRecorder({ workerUrl, instance, db })
  onTestFinished(() => recorder.close())
  const told: (readonly ControlRule[])[] = []
  recorder.control.onRules((rules) => void told.push(rules))
  const control = openControl(db)
  onTestFinished(() => control.close())
  return { recorder, db, told, control, ids: () => told.at(-1)?.map(({ id }) => id) }
}

test('rules that others give reach the live thread within the time of a poll, and go again', async () => {
  const { told, control, ids } = await start()
  await expect.poll(() => told.length).toBe(1)
  control.addRule(named('drop'))
  await expect.poll(ids).toEqual(['drop'])
  control.heal()
  await expect.poll(ids).toEqual([])
})

test('one who has just written need not wait for the poll', async () => {
  const { recorder, control, ids } = await start()
  control.addRule(named('drop'))
  recorder.control.poke()
  await expect.poll(ids).toEqual(['drop'])
})

test('rules of a file come back with their revisions, and outlive the thread', async () => {
  const { recorder, ids, told, db } = await start()
  const rule = { id: 'from-file', source: { fault: 'drop' }, sentence: 'drops', enabled: true }
  await recorder.control.setOwnRules('file', [rule])
  expect(told.at(-1)).toEqual([
    { id: 'from-file', revision: 1, source: { fault: 'drop' }, origin: 'file', enabled: true },
  ])
  const lost = new Promise<void>((resolve) => recorder.onState(({ kind }) => kind === 'lost' && resolve()))
  const back = new Promise<void>((resolve) => recorder.onState(({ kind }) => kind === 'recovered' && resolve()))
  crash(recorder)
  await lost
  await back
  await expect.poll(() => told.length).toBeGreaterThan(2)
  expect(ids()).toEqual(['from-file'])
  const reader = openReader(db)
  onTestFinished(() => reader.close())
  expect(reader.rules({ all: true })).toMatchObject([{ id: 'from-file', revision: 1, instance: 1, endedAt: null }])
})

test('what a new thread finds is told when it has heard what there is', () => {
  const heard: (readonly string[])[] = []
  const end = new ControlEnd(
    () => true,
    () => true,
  )
  end.onRules((rules) => void heard.push(rules.map(({ id }) => id)))
  const rule = { id: 'mine', source: { fault: 'drop' }, sentence: 'drops', enabled: true }
  void end.setOwnRules('library', [rule])
  end.hear({ kind: 'own-rules-set' })
  end.again()
  end.hear({ kind: 'rules', revision: 1, rules: [] })
  expect(heard).toEqual([])
  end.hear({
    kind: 'rules',
    revision: 2,
    rules: [{ id: 'mine', revision: 1, source: rule.source, origin: 'library', enabled: true }],
  })
  end.hear({ kind: 'own-rules-set' })
  expect(heard).toEqual([['mine']])
})

/** Its thread finds what no thread sends. */
function crash(recorder: Recorder): void {
  recorder.tap.chunk = () => undefined
  recorder.tap.upstream(1, { at: 1 })
  recorder.tap.opened(1, 1, null as never)
}

test('rules left over from a process that is gone are named, and stay off', async () => {
  const { recorder, control, db } = await start()
  control.addRule(named('forgotten'))
  control.addRule(named('all'), { everywhere: true })
  await recorder.close()
  const direct = new Database(db)
  direct.exec(`UPDATE rule SET ended_at = NULL, ended_why = NULL`)
  direct.close()
  const next = await start(db)
  const named_ = vi.fn<(rules: readonly { id: string }[]) => void>()
  next.recorder.control.onLeftOver(named_)
  await expect.poll(() => named_.mock.calls.length).toBe(1)
  expect(named_.mock.calls[0]?.[0].map(({ id }) => id)).toEqual(['forgotten', 'all'])
  await expect.poll(() => next.told.length).toBe(1)
  expect(next.ids()).toEqual([])
})

test('rules end with their process', async () => {
  const { recorder, control, db } = await start()
  control.addRule(named('drop'))
  await recorder.close()
  const reader = openReader(db)
  onTestFinished(() => reader.close())
  expect(reader.rules({ all: true })).toMatchObject([{ id: 'drop', endedWhy: 'process-ended' }])
})

test('a rule that expired is over in the record', async () => {
  const { recorder, control, ids, db } = await start()
  control.addRule(named('drop'))
  recorder.control.poke()
  await expect.poll(ids).toEqual(['drop'])
  recorder.control.ruleEnded('drop', 'expired')
  await expect.poll(ids).toEqual([])
  const reader = openReader(db)
  onTestFinished(() => reader.close())
  expect(reader.rules({ all: true })).toMatchObject([{ id: 'drop', endedWhy: 'expired' }])
})

test('the answer to a held message reaches the live thread', async () => {
  const { recorder, control, db } = await start()
  const heard: (readonly HeldVerdict[])[] = []
  recorder.control.onHeldAnswers((answers) => heard.push(answers))
  recorder.tap.opened(9, 1, info)
  const at = Date.now() * 1000
  const message = { at, rule: 'stop', connection: 9, direction: 'c2s', offset: 0, payload: '{}' } as const
  recorder.tap.held({ ...message, deadline: at + 60e6, state: 'held' })
  await recorder.flush()
  const reader = openReader(db)
  onTestFinished(() => reader.close())
  control.answerHeld(reader.held({ open: true })[0]!.id, { do: 'drop' })
  await expect
    .poll(() => heard.at(-1))
    .toEqual([{ connection: 9, direction: 'c2s', offset: 0, rule: 'stop', answer: { do: 'drop' } }])
})

const BODY = '{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"search"}}'
const CALL = `POST /mcp HTTP/1.1\r\nMcp-Session-Id: s-1\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`

test('what is open is told as it was at that place of the traffic, within 50 ms', async () => {
  const { recorder } = await start()
  recorder.tap.opened(3, 1, info)
  recorder.tap.chunk(3, 'c2s', Buffer.from(CALL), 2, 2, true)
  const before = performance.now()
  const asked = recorder.control.conversationState()
  recorder.tap.chunk(3, 's2c', Buffer.from('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n'), 3, 3, true)
  const state = await asked
  const took = performance.now() - before
  expect(state?.sessions).toMatchObject([
    { sessionId: 's-1', pending: [{ id: '"a"', method: 'tools/call', tool: 'search' }] },
  ])
  expect(state?.lines).toMatchObject([{ connection: 3, exchanges: [{ calls: [{ id: '"a"' }], response: null }] }])
  const other = new Conversations<null, null, null>({ session: () => undefined, call: () => undefined })
  expect(other.load(state!, null).get(3)?.exchanges).toHaveLength(1)
  expect(took).toBeLessThan(50)
})

test('nothing is known of what is not recorded', async () => {
  const { recorder } = await start()
  await recorder.close()
  expect(await recorder.control.conversationState()).toBeNull()
})
