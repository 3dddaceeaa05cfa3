import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { expectDecidedBefore, firedOnce, readRecord, type Recorded } from '../support/fault-record.ts'
import { call } from '../support/faulty.ts'
import { socketLine, type SocketLine } from '../support/socket-line.ts'
import { temporaryFolder } from '../support/temporary.ts'

const log = (data: string): string =>
  JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { data } })
const answer = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, result: { n: id } })

const FRAMINGS = {
  plain: false,
  compressed: { threshold: 0 },
} as const

/** A socket through a recording proxy with these rules, and what is said on it. */
async function story(
  rules: readonly RuleSource[],
  talk: (line: SocketLine) => Promise<unknown>,
  deflate: (typeof FRAMINGS)[keyof typeof FRAMINGS] = false,
): Promise<Recorded> {
  const db = join(temporaryFolder(), 'capture.db')
  const line = await socketLine(rules, { deflate, db })
  await talk(line)
  line.client.socket.terminate()
  await expect.poll(() => line.proxy.faults.list().every(({ fired }) => fired > 0)).toBe(true)
  await line.proxy.close()
  return readRecord(db)
}

/** A call, and its answer between two notifications. */
const conversation =
  (heard: number) =>
  async ({ client, server }: SocketLine): Promise<void> => {
    client.send(call(1))
    await server.until(1)
    for (const text of [log('a'), answer(1), log('b')]) server.send(text)
    await client.until(heard)
  }

const texts = ({ frames }: Recorded): string[] =>
  frames.filter(({ kind, direction }) => kind === 'message' && direction === 's2c').map(({ text }) => text)

describe.each(Object.entries(FRAMINGS))('in the record of a WebSocket, %s,', (_name, deflate) => {
  /** Behind what a rule has touched, compressed messages go on in the clear. */
  const behind = deflate === false ? [] : ['s2c message, edited by framing, sent']
  const marksOf = ({ marks, frames }: Recorded): string[] => [
    ...marks,
    ...frames
      .filter(({ faults, edits }) => faults.length === 0 && edits.includes('framing'))
      .map(({ direction, kind }) => `${direction} ${kind}, edited by framing, sent`),
  ]

  test('a message that was dropped was received, and not sent; its call ended by a fault', async () => {
    const all = await story([{ fault: 'drop', match: 'kind:response' }], conversation(2), deflate)
    expect(marksOf(all)).toEqual(['s2c message, by drop, dropped by drop, not sent', ...behind])
    expect(texts(all)).toEqual([log('a'), answer(1), log('b')])
    expect(firedOnce(all.decisions)).toEqual(['drop: drop'])
    expect(all.calls).toMatchObject([{ outcome: 'fault' }])
  })

  test('a message that was changed is as it came, and says what it became', async () => {
    const patch = [{ op: 'replace', path: '/n', value: 'changed' }]
    const all = await story([{ fault: 'mutate', on: 'result', patch }], conversation(3), deflate)
    expect(marksOf(all)).toEqual(['s2c message, by mutate, edited by mutate, sent', ...behind])
    expect(texts(all)).toEqual([log('a'), answer(1), log('b')])
    expect(all.calls).toMatchObject([{ outcome: 'ok' }])
    expectDecidedBefore(all)
  })

  test('a message that came twice is once received, and once ours', async () => {
    const all = await story([{ fault: 'duplicate', match: 'kind:response' }], conversation(4), deflate)
    expect(marksOf(all)).toEqual([
      's2c message, by duplicate, sent',
      's2c message, by duplicate, ours, duplicate, sent',
    ])
    expect(all.calls).toMatchObject([{ outcome: 'ok' }])
  })

  test('an answer of ours is there, and the request never left', async () => {
    const all = await story(
      [{ fault: 'rpc-error', code: -32001 }],
      async ({ client }) => {
        client.send(call(1))
        await client.until(1)
      },
      deflate,
    )
    expect(all.marks).toEqual([
      'c2s message, by rpc-error, dropped by rpc-error, not sent',
      's2c message, by rpc-error, ours, rpc-error, sent',
    ])
    expect(all.frames.find(({ ours }) => ours !== null)?.text).toContain('-32001')
    expect(all.calls).toMatchObject([{ outcome: 'fault' }])
    expectDecidedBefore(all)
  })

  test('a message of ours beside another says whose it is', async () => {
    const all = await story(
      [{ fault: 'inject', message: log('ours'), match: 'kind:response', at: 'before' }],
      conversation(4),
      deflate,
    )
    expect(all.marks).toContain('s2c message, by inject, ours, inject, sent')
    expect(all.frames.find(({ ours }) => ours === 'inject')?.text).toContain(log('ours'))
  })

  test('a message that others overtook says when it left', async () => {
    const all = await story(
      [{ fault: 'delay', delay: '50ms', 'let-others-pass': true, match: 'kind:response' }],
      conversation(3),
      deflate,
    )
    const [first, late, last] = all.frames.filter(({ kind, direction }) => kind === 'message' && direction === 's2c')
    expect(late!.faults).toEqual(['delay'])
    expect((late!.sentAt ?? 0) - (late!.receivedAt ?? 0)).toBeGreaterThanOrEqual(50_000)
    expect((last!.sentAt ?? 0) - (first!.receivedAt ?? 0)).toBeLessThan(50_000)
    expect(all.calls).toMatchObject([{ outcome: 'ok' }])
  })
})

describe('in the record of a WebSocket', () => {
  test('a framing that was broken is seen as it came, and the end is told', async () => {
    const all = await story([{ fault: 'ws-frame', as: 'opcode' }], async ({ client, server }) => {
      server.send(log('a'))
      await client.closed
    })
    expect(all.marks).toEqual(['s2c message, by ws-frame, edited by ws-frame, sent'])
    expect(texts(all)).toEqual([log('a')])
    expectDecidedBefore(all)
  })

  test('a ping that was dropped was received, and not sent', async () => {
    const all = await story([{ fault: 'ws-control', as: 'drop-ping' }], async ({ client, server }) => {
      client.socket.ping('a')
      client.send(call(1))
      await server.until(1)
    })
    expect(all.marks).toEqual(['c2s ping, by ws-control, dropped by ws-control, not sent'])
    expect(firedOnce(all.decisions)).toEqual(['ws-control: ws-control'])
  })

  test('pings of ours are told as one', async () => {
    const all = await story([{ fault: 'ws-control', as: 'flood', count: 3 }], async ({ client, server }) => {
      const ping = once(client.socket, 'ping')
      server.send(log('a'))
      await ping
    })
    expect(all.marks.filter((mark) => mark.includes('ours'))).toEqual([
      's2c ping, by ws-control, ours, ws-control, sent',
    ])
  })

  test.each([
    ['ws:1011', { how: 'ws:1011', by: 'fault', detail: 'cut' }, 1011],
    ['clean', { how: 'ws:1000', by: 'fault', detail: 'cut' }, 1000],
    ['rst', { how: 'rst', by: 'fault', detail: 'cut' }, 1006],
    ['fin', { how: 'fin', by: 'fault', detail: 'cut' }, 1006],
  ])('cut by %s: the close frame is ours, and so is the end', async (end, ending, code) => {
    let seen = 0
    const all = await story([{ fault: 'cut', end, match: 'text:"b"' }], async ({ client, server }) => {
      for (const text of [log('a'), log('b')]) server.send(text)
      seen = (await client.closed)[0]
    })
    expect(seen).toBe(code)
    expect(all.endings[1]).toMatchObject(ending)
    const ours = all.frames
      .filter(({ ours: by }) => by !== null)
      .map(({ kind, label }) => `${kind} ${/\d+/.exec(label ?? '')?.[0] ?? ''}`)
    expect(ours).toEqual(code === 1006 ? [] : [`close ${code}`])
    expect(firedOnce(all.decisions)).toEqual([expect.stringMatching(/^cut: .*cut (fin|rst)/)])
  })
})
