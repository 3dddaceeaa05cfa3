import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { openControl } from '../../src/store/control.ts'
import { openReader } from '../../src/store/reader.ts'
import { fakeContext } from '../support/cli-context.ts'
import { type Answer, call, events, faulty, json, post, raw, rawPost } from '../support/faulty.ts'
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
    /^1 {2}→ {2}tools\/call search \(id 1\) {2}waits for [^]*\n1 tools\/call search \(id 1\): edited\n$/,
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

describe('a client that leaves while a message waits', () => {
  async function abandoned(answers: Answer, match: string) {
    const db = join(temporaryFolder(), 'capture.db')
    const { url, asked, proxy } = await faulty(answers, [{ fault: 'breakpoint', match, 'keep-alive': '20ms' }], { db })
    const reader = openReader(db)
    onTestFinished(() => reader.close())
    const client = await raw(url, rawPost(call(1)))
    await expect.poll(() => reader.held().length).toBe(1)
    const states = (): string[] => reader.held().map(({ state }) => state)
    return { db, asked, proxy, reader, client, states }
  }

  test.each([
    ['a JSON answer', json, 'kind:response', 'end', 1],
    ['an event', events(2), 'kind:response', 'end', 1],
    ['an event', events(2), 'kind:response', 'reset', 1],
    ['a request', json, 'dir:c2s', 'end', 0],
    ['a request', json, 'dir:c2s', 'reset', 0],
  ] as const)('%s is let go at once, and nobody gets it', async (_, answers, match, how, reached) => {
    const { client, states, reader, asked, proxy } = await abandoned(answers, match)
    if (how === 'end') client.socket.end()
    else client.socket.resetAndDestroy()
    await expect.poll(states).toEqual(['client-left'])
    expect(reader.held({ open: true })).toEqual([])
    expect(asked).toHaveLength(reached)
    await expect.poll(() => proxy.stats().open).toBe(0)
    expect(client.text()).not.toContain('"result"')
  })

  test('what comes for it later does not wait either', async () => {
    let more: (() => void) | undefined
    const answer: Answer = (asked, response) => {
      events(1, { end: false, result: false })(asked, response, asked as never)
      more = () => void response.write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n')
    }
    const { client, states } = await abandoned(answer, 'kind:notification dir:s2c')
    client.socket.end()
    await expect.poll(states).toEqual(['client-left'])
    more?.()
    await expect.poll(() => states().filter((state) => state === 'held')).toEqual([])
  })

  test('one that is decided about too late is told so', async () => {
    const { client, states, db } = await abandoned(json, 'kind:response')
    client.socket.end()
    await expect.poll(states).toEqual(['client-left'])
    const context = { ...fakeContext(), now: () => Date.now() * 1000 }
    expect(await run(['fault', 'held', 'send', '1', '--db', db], context)).toBe(2)
    expect(context.output.stderr()).toContain('its client left while it waited: nobody got it')
  })
})
