import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { call } from '../support/faulty.ts'
import { socketLine as line } from '../support/socket-line.ts'

const log = (data: string): string =>
  JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { data } })
const answer = (id: number, result: object = { n: 1 }): string => JSON.stringify({ jsonrpc: '2.0', id, result })

describe('messages over WebSocket', () => {
  test.each<[string, RuleSource, unknown[]]>([
    ['drop', { fault: 'drop', match: 'kind:notification', nth: 1 }, ['b', 'answer 1']],
    ['duplicate', { fault: 'duplicate', match: 'kind:response' }, ['a', 'b', 'answer 1', 'answer 1']],
    [
      'inject',
      { fault: 'inject', message: log('ours'), match: 'kind:notification', nth: 1 },
      ['a', 'ours', 'b', 'answer 1'],
    ],
    ['rpc-id', { fault: 'rpc-id' }, ['a', 'b', 'answer 1000001']],
    ['rechunk', { fault: 'rechunk', by: 'byte' }, ['a', 'b', 'answer 1']],
    ['hold-until', { fault: 'hold-until', match: 'nothing', until: 'kind:response' }, ['a', 'b', 'answer 1']],
  ])('%s: what the client hears', async (_name, rule, said) => {
    const { client, server } = await line([rule])
    client.send(call(1))
    await server.until(1)
    for (const text of [log('a'), log('b'), answer(1)]) server.send(text)
    await client.until(said.length)
    expect(client.said()).toEqual(said)
  })

  test('delay: the answer is late, what is behind it too', async () => {
    const { client, server } = await line([{ fault: 'delay', delay: '120ms', match: 'kind:response', times: 1 }])
    const from = performance.now()
    server.send(answer(1))
    server.send(log('a'))
    await client.until(2)
    expect(client.said()).toEqual(['answer 1', 'a'])
    expect(performance.now() - from).toBeGreaterThanOrEqual(119)
  })

  test('delay that lets others pass: they overtake it', async () => {
    const { client, server } = await line([
      { fault: 'delay', delay: '80ms', 'let-others-pass': true, match: 'kind:response' },
    ])
    server.send(answer(1))
    server.send(log('a'))
    await client.until(2)
    expect(client.said()).toEqual(['a', 'answer 1'])
  })

  test('reorder, and hold-until: others first', async () => {
    const first = await line([{ fault: 'reorder', span: 2 }])
    for (const text of [log('a'), log('b')]) first.server.send(text)
    await first.client.until(2)
    expect(first.client.said()).toEqual(['b', 'a'])
    const second = await line([{ fault: 'hold-until', match: 'kind:response', until: 'kind:notification' }])
    for (const text of [answer(1), log('a')]) second.server.send(text)
    await second.client.until(2)
    expect(second.client.said()).toEqual(['a', 'answer 1'])
  })

  test('stall: silence, but pings go on; healed, all of it comes', async () => {
    const { client, server, proxy } = await line([{ id: 's', fault: 'stall' }])
    const ping = once(client.socket, 'ping')
    server.send(log('a'))
    server.socket.ping()
    await ping
    expect(client.messages).toEqual([])
    await proxy.faults.remove('s')
    await client.until(1)
    expect(client.said()).toEqual(['a'])
  })

  test('rpc-error: answered by us, and the server never hears of it', async () => {
    const { client, server } = await line([{ fault: 'rpc-error', code: -32001, match: 'tool:search' }])
    client.send(call(1))
    client.send(call(2, 'tools/call', { name: 'other' }))
    await Promise.all([client.until(1), server.until(1)])
    expect(JSON.parse(client.messages[0] ?? '')).toMatchObject({ id: 1, error: { code: -32001 } })
    expect(server.messages.map((text) => (JSON.parse(text) as { id: number }).id)).toEqual([2])
  })

  test('mutate, tool-result, invalid, protocol-version, either way and in both framings', async () => {
    const { client, server } = await line([
      { fault: 'mutate', match: 'dir:c2s', patch: [{ op: 'replace', path: '/name', value: 'find' }] },
      { fault: 'mutate', on: 'result', patch: [{ op: 'replace', path: '/n', value: 'é'.repeat(200) }] },
      { fault: 'tool-result', text: 'no' },
      { fault: 'invalid', as: 'truncate', match: 'dir:s2c kind:notification' },
    ])
    client.send(call(1))
    await server.until(1)
    server.send(answer(1))
    server.send(log('a'))
    await client.until(2)
    expect(JSON.parse(server.messages[0] ?? '')).toMatchObject({ params: { name: 'find' } })
    expect(JSON.parse(client.messages[0] ?? '')).toMatchObject({
      result: { n: 'é'.repeat(200), content: [{ type: 'text', text: 'no' }] },
    })
    expect(() => JSON.parse(client.messages[1] ?? '') as unknown).toThrow(SyntaxError)
  })

  test('initialize is answered with another revision', async () => {
    const { client, server } = await line([{ fault: 'protocol-version' }])
    client.send(call(1, 'initialize', { protocolVersion: '2025-11-25' }))
    await server.until(1)
    server.send(answer(1, { protocolVersion: '2025-11-25' }))
    await client.until(1)
    expect(client.messages[0]).toContain('1999-01-01')
  })

  test('progress: behind the result, or never', async () => {
    for (const [as, said] of [
      ['after-result', ['answer 1', 'progress 1']],
      ['starve', ['answer 1']],
    ] as const) {
      const { client, server } = await line([{ fault: 'progress', as }])
      client.send(call(1, 'tools/call', { name: 'x', _meta: { progressToken: 't' } }))
      await server.until(1)
      server.send(
        JSON.stringify({
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken: 't', progress: 1 },
        }),
      )
      server.send(answer(1))
      await client.until(said.length)
      expect(client.said()).toEqual(said)
    }
  })
})

describe('ws-control', () => {
  test.each(['drop-ping', 'drop-pong'])('%s: no pong comes back, messages do', async (as) => {
    const { client, server } = await line([{ fault: 'ws-control', as }])
    let pongs = 0
    client.socket.on('pong', () => pongs++)
    client.socket.ping()
    client.send(call(1))
    await server.until(1)
    server.send(answer(1))
    await client.until(1)
    expect(pongs).toBe(0)
  })

  test('delay-pong: late, and overtaken', async () => {
    const { client, server } = await line([{ fault: 'ws-control', as: 'delay-pong', delay: '80ms' }])
    const from = performance.now()
    const pong = once(client.socket, 'pong')
    client.socket.ping()
    client.send(call(1))
    await server.until(1)
    server.send(answer(1))
    await client.until(1)
    await pong
    expect(performance.now() - from).toBeGreaterThanOrEqual(79)
  })

  test('flood: so many pings behind each message', async () => {
    const { client, server } = await line([{ fault: 'ws-control', as: 'flood', count: 50 }])
    let pings = 0
    const enough = new Promise<void>((resolve) => {
      client.socket.on('ping', () => ++pings === 50 && resolve())
    })
    server.send(log('a'))
    await enough
    expect(client.said()).toEqual(['a'])
  })
})

describe('ws-frame: what the client of ws makes of', () => {
  test.each([
    ['rsv', 1006, 'WS_ERR_UNEXPECTED_RSV_2_3'],
    ['opcode', 1006, 'WS_ERR_INVALID_OPCODE'],
    ['bad-utf8', 1006, 'WS_ERR_INVALID_UTF8'],
    ['mask', 1006, 'WS_ERR_UNEXPECTED_MASK'],
    ['oversize', 1006, 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'],
  ])('%s: closes with %d, %s', async (as, code, error) => {
    const { client, server } = await line([{ fault: 'ws-frame', as }])
    server.send(log('a'))
    expect(await client.closed).toEqual([code, error])
    expect(client.messages).toEqual([])
  })

  test('fragments: one message; text as binary: the same bytes', async () => {
    const { client, server, proxy } = await line([{ id: 'f', fault: 'ws-frame', as: 'fragment' }])
    server.send(log('a'))
    await client.until(1)
    await proxy.faults.remove('f')
    await proxy.faults.add({ fault: 'ws-frame', as: 'text-binary' })
    server.send(log('b'))
    await client.until(2)
    expect([client.said(), client.binary]).toEqual([
      ['a', 'b'],
      [false, true],
    ])
  })
})
