import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { openControl } from '../../src/store/control.ts'
import { openReader } from '../../src/store/reader.ts'
import { fakeContext } from '../support/cli-context.ts'
import { call, events, faulty, post } from '../support/faulty.ts'
import { temporaryFolder } from '../support/temporary.ts'

async function stopped(match: string) {
  const db = join(temporaryFolder(), 'capture.db')
  const { url, asked, proxy } = await faulty(events(2), [{ fault: 'breakpoint', match, 'keep-alive': '50ms' }], { db })
  const control = openControl(db)
  const reader = openReader(db)
  onTestFinished(() => {
    control.close()
    reader.close()
  })
  const answer = post(url, call(1))
  await expect.poll(() => reader.held().filter(({ state }) => state === 'held')).toHaveLength(1)
  const [held] = reader.held()
  return { answer, asked, control, proxy, reader, db, held: held! }
}

test('a request waits until it is edited and sent', async () => {
  const { answer, asked, control, held, reader } = await stopped('method:tools/call dir:c2s')
  expect(asked).toEqual([])
  expect(JSON.parse(held.payload ?? '')).toMatchObject({ method: 'tools/call', params: { name: 'search' } })
  control.answerHeld(held.id, { do: 'edit', payload: call(1, 'tools/call', { name: 'other' }) })
  await (await answer).text()
  expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ params: { name: 'other' } })
  await expect.poll(() => reader.held().map(({ state }) => state)).toEqual(['edited'])
})

test('a message is edited from the command line', async () => {
  const { answer, asked, held, db } = await stopped('method:tools/call dir:c2s')
  const context = { ...fakeContext(), now: () => Date.now() * 1000 }
  const told = (...words: string[]) => run(['fault', 'held', ...words, '--db', db], context)
  expect(await told()).toBe(0)
  expect(await told('edit', String(held.id), call(1, 'tools/call', { name: 'other' }))).toBe(0)
  expect(context.output.stdout()).toMatch(
    /^1 {2}→ {2}tools\/call search {2}waits for [^]*\n1 tools\/call search: edited\n$/,
  )
  await (await answer).text()
  expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ params: { name: 'other' } })
})

test('an event waits, its client hears comments meanwhile, and what is behind it keeps its place', async () => {
  const { answer, control, held } = await stopped('kind:notification dir:s2c text:é1')
  const body = (await answer).body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const until = async (part: string): Promise<void> => {
    while (!text.includes(part)) text += (await body.read()).value ?? ''
  }
  await until(':')
  expect(text).not.toContain('data:')
  control.answerHeld(held.id, { do: 'send' })
  await until('"result"')
  expect(text.match(/^id: \d/gm)).toEqual(['id: 1', 'id: 2', 'id: 3'])
})

test('a message that is dropped never comes, and healing sends what waits', async () => {
  const { answer, control, held } = await stopped('kind:notification dir:s2c text:é1')
  control.answerHeld(held.id, { do: 'drop' })
  expect((await (await answer).text()).match(/^id: \d/gm)).toEqual(['id: 2', 'id: 3'])
  const again = await stopped('kind:notification dir:s2c text:é1')
  await again.proxy.faults.heal()
  expect((await (await again.answer).text()).match(/^id: \d/gm)).toEqual(['id: 1', 'id: 2', 'id: 3'])
})
