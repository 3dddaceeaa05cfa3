import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/pipe/policy.ts'
import { dial } from '../support/raw.ts'
import { steer } from '../support/steered.ts'

const hang = (ms: number | null): Partial<Policy> => ({ admit: () => ({ do: 'hang', ms, rule: 'hang' }) })
const seen: { open: number; servers: readonly string[]; address: string }[] = []

describe.each(['reverse', 'routed', 'absolute'] as const)('a client that is kept waiting, %s', (mode) => {
  test('is reset when its time is over, and in the record it is the rule’s doing', async () => {
    const line = await steer(mode, hang(80))
    const client = await dial(line.listener.port)
    const from = performance.now()
    client.write(line.get('/mcp'))
    expect(await client.ended()).toBe('rst')
    expect(performance.now() - from).toBeGreaterThan(70)
    await line.until(() => line.told.get(1)?.closed === true)
    expect(line.told.get(1)?.endings).toMatchObject({
      s2c: { by: 'fault', detail: 'hang' },
      c2s: { how: 'rst', by: 'fault', detail: 'hang' },
    })
  })

  test.each(['fin', 'rst'] as const)('and gives up by %s leaves nothing behind', async (how) => {
    const line = await steer(mode, hang(60_000))
    const client = await dial(line.listener.port)
    client.write(line.get('/mcp'))
    await line.until(() => line.listener.open === 1)
    if (how === 'fin') client.end()
    else client.reset()
    await line.until(() => line.listener.open === 0 && line.told.get(1)?.closed === true)
    const { c2s, s2c } = line.told.get(1)?.endings ?? {}
    // a reset may end both directions
    expect([c2s?.by, how === 'rst' || s2c?.how]).toEqual(['client', how === 'rst' || 'hang'])
  })

  test('is served when it is let in, with all it has said meanwhile, and only for its own rule', async () => {
    const line = await steer(mode, hang(60_000))
    const client = await dial(line.listener.port)
    client.write(line.get('/mcp'))
    const body = 'x'.repeat(300_000)
    client.write(
      line.get('/mcp').replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 300000\r\n\r\n') + body,
    )
    await line.until(() => line.listener.open === 1)
    expect([line.door.letIn('other'), client.text()]).toEqual([0, ''])
    expect(line.door.letIn('hang')).toBe(1)
    const server = await line.accept()
    await server.until(body)
    server.write('HTTP/1.1 204 No Content\r\n\r\n')
    await client.until('204')
    expect(line.told.get(1)?.upstream).not.toBe('')
    expect(line.door.letIn('hang')).toBe(0)
  })

  test('and has said nothing yet is served when it does', async () => {
    const line = await steer(mode, hang(null))
    const client = await dial(line.listener.port)
    await line.until(() => line.listener.open === 1)
    line.door.letIn('hang')
    client.write(line.get('/mcp'))
    const server = await line.accept()
    await server.until('\r\n\r\n')
    expect(server.text()).toContain('GET /mcp')
  })
})

test('those that were let in are counted, those that wait outside are not', async () => {
  const line = await steer('reverse', {
    admit: (client) => {
      seen.push(client)
      return client.open < 1 ? { do: 'accept' } : { do: 'hang', ms: null, rule: 'full' }
    },
  })
  const { client } = await line.open()
  await dial(line.listener.port)
  await dial(line.listener.port)
  await line.until(() => seen.length === 3)
  expect(seen).toEqual([0, 1, 1].map((open) => ({ open, servers: ['own'], address: '127.0.0.1' })))
  client.reset()
  await line.until(() => line.listener.open === 2)
  await line.open()
  expect(line.listener.open).toBe(3)
  await line.listener.close(0)
  await line.until(() => line.listener.open === 0)
})
