// Messages of a compressed WebSocket are compressed with what came before them: damage to one of them is not to spoil the next.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { openReader } from '../../src/store/reader.ts'
import { socketLine, type SocketEnd, type SocketLine } from '../support/socket-line.ts'
import { temporaryFolder } from '../support/temporary.ts'

const AGREEMENTS = {
  'one context for all messages': { threshold: 0 },
  'a context for each message': { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
} as const

/** Each like the one two before it, so that without the one between them it is told from the wrong place. */
const notice = (data: string): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/message',
    params: {
      data,
      about: (STORY.indexOf(data) % 2 === 0 ? 'x-lorem ipsum dolor ' : 'The quick brown fox ').repeat(3),
    },
  })

/** What is sent, all of it much alike; what is heard of it. */
const STORY = ['one', 'two', 'three', 'four', 'five']

const RULES: readonly (readonly [string, RuleSource, readonly unknown[]])[] = [
  ['nothing', { fault: 'drop', match: 'text:nowhere' }, STORY],
  ['drop', { fault: 'drop', nth: 2 }, ['one', 'three', 'four', 'five']],
  ['drop twice', { fault: 'drop', every: 2 }, ['one', 'three', 'five']],
  ['duplicate', { fault: 'duplicate', nth: 2 }, ['one', 'two', 'two', 'three', 'four', 'five']],
  ['reorder', { fault: 'reorder', span: 2, within: '50ms' }, ['two', 'one', 'four', 'three', 'five']],
  ['delay', { fault: 'delay', delay: '30ms', nth: 2 }, STORY],
  [
    'delay past others',
    { fault: 'delay', delay: '250ms', 'let-others-pass': true, nth: 2 },
    ['one', 'three', 'four', 'five', 'two'],
  ],
  [
    'hold-until',
    { fault: 'hold-until', match: 'text:two', until: 'text:four' },
    ['one', 'four', 'two', 'three', 'five'],
  ],
  ['inject', { fault: 'inject', message: notice('ours'), nth: 2 }, ['one', 'two', 'ours', 'three', 'four', 'five']],
  [
    'inject instead',
    { fault: 'inject', message: notice('ours'), at: 'instead', nth: 2 },
    ['one', 'ours', 'three', 'four', 'five'],
  ],
  [
    'mutate',
    { fault: 'mutate', patch: [{ op: 'replace', path: '/data', value: 'other' }], nth: 2 },
    ['one', 'other', 'three', 'four', 'five'],
  ],
  ['invalid', { fault: 'invalid', as: 'batch', nth: 2 }, ['one', undefined, 'three', 'four', 'five']],
  ['ws-frame', { fault: 'ws-frame', as: 'fragment', nth: 2 }, STORY],
  ['stall', { fault: 'stall', duration: '40ms' }, STORY],
  ['rechunk', { fault: 'rechunk', by: '40b' }, STORY],
]

const said = (end: SocketEnd): unknown[] =>
  end.messages.map((text) => (JSON.parse(text) as { params?: { data?: unknown } }).params?.data)

/** Sends the story in a direction and waits for what is to be heard of it. */
async function told({ client, server }: SocketLine, direction: string, count: number): Promise<unknown[]> {
  const [from, to] = direction === 's2c' ? [server, client] : [client, server]
  for (const data of STORY) from.send(notice(data))
  await to.until(count)
  return said(to)
}

describe.each(Object.entries(AGREEMENTS))('with %s', (_name, deflate) => {
  describe.each(['s2c', 'c2s'])('%s', (direction) => {
    test.each(RULES)('%s is done, and all else arrives as it was sent', async (_fault, rule, heard) => {
      const match = [`dir:${direction}`, 'kind:message', rule['match']].filter(Boolean).join(' ')
      const line = await socketLine([{ ...rule, match }], { deflate })
      expect(line.client.socket.extensions).toContain('permessage-deflate')
      expect(await told(line, direction, heard.length)).toEqual(heard)
      // nothing has come too much, and both ways go on
      const [from, to] = direction === 's2c' ? [line.server, line.client] : [line.client, line.server]
      await line.proxy.faults.heal()
      from.send(notice('last'))
      await to.until(heard.length + 1)
      to.send(notice('back'))
      await from.until(1)
      expect([said(to).at(-1), said(from)]).toEqual(['last', ['back']])
    })
  })
})

describe('with one context for all messages', () => {
  const deflate = AGREEMENTS['one context for all messages']

  test('a rule that comes in the middle leaves messages in their place, and says why', async () => {
    const { client, server, proxy } = await socketLine([], { deflate })
    server.send(notice('one'))
    await client.until(1)
    await proxy.faults.add({ fault: 'drop', match: 'dir:s2c kind:message' })
    for (const data of ['two', 'three']) server.send(notice(data))
    await client.until(3)
    expect(said(client)).toEqual(['one', 'two', 'three'])
    expect(proxy.faults.list()).toMatchObject([{ notApplied: 2 }])
  })

  test('several rules, and a healed one, go together', async () => {
    const { client, server, proxy } = await socketLine(
      [
        { id: 'd', fault: 'drop', match: 'dir:s2c text:two' },
        { fault: 'duplicate', match: 'text:four' },
        { fault: 'rechunk', by: 'byte' },
      ],
      { deflate },
    )
    for (const data of STORY) server.send(notice(data))
    await client.until(5)
    await proxy.faults.remove('d')
    server.send(notice('two'))
    await client.until(6)
    expect(said(client)).toEqual(['one', 'three', 'four', 'four', 'five', 'two'])
  })

  test('as long as no message is touched, all of them leave as they came', async () => {
    const db = join(temporaryFolder(), 'capture.db')
    const { client, server, proxy } = await socketLine([{ fault: 'drop', match: 'text:four' }], { deflate, db })
    for (const data of STORY) server.send(notice(data))
    await client.until(4)
    await proxy.close()
    const reader = openReader(db)
    const frames = reader.frames({ limit: 50 }).rows.toSorted((a, b) => a.id - b.id)
    const edits = frames.filter(({ kind }) => kind === 'message').map((frame) => [frame.droppedBy, frame.edits])
    const texts = frames.filter(({ kind }) => kind === 'message').map(({ id }) => reader.frame(id)?.text)
    reader.close()
    expect(edits).toEqual([
      [null, []],
      [null, []],
      [null, []],
      ['drop', ['drop']],
      [null, ['framing']],
    ])
    expect(texts).toEqual(STORY.map(notice))
  })
})

test('with a context for each message a rule may come in the middle', async () => {
  const { client, server, proxy } = await socketLine([], { deflate: AGREEMENTS['a context for each message'] })
  server.send(notice('one'))
  await client.until(1)
  await proxy.faults.add({ fault: 'mutate', patch: [{ op: 'replace', path: '/data', value: 'other' }], nth: 1 })
  await proxy.faults.add({ fault: 'drop', match: 'text:three' })
  for (const data of ['two', 'three', 'four']) server.send(notice(data))
  await client.until(3)
  expect(said(client)).toEqual(['one', 'other', 'four'])
})
