import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/pipe/policy.ts'
import { dial } from '../support/raw.ts'
import { steer } from '../support/steered.ts'

const BUSY = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'
const admit = (admission: ReturnType<Policy['admit']>): Partial<Policy> => ({ admit: () => admission })

describe.each(['reverse', 'routed', 'absolute'] as const)('a client that is not let in, %s', (mode) => {
  test.each(['fin', 'rst'] as const)('is closed by %s, and in the record it is the rule’s doing', async (how) => {
    const line = await steer(mode, admit({ do: how, rule: 'full' }))
    // a reset may come before the client knows that it is connected
    const client = await dial(line.listener.port).catch(() => undefined)
    expect((await client?.ended()) ?? 'rst').toBe(how)
    client?.end()
    await line.until(() => line.told.get(1)?.closed === true)
    expect(line.told.get(1)?.endings.s2c).toMatchObject({ how, by: 'fault', detail: 'full' })
    expect(line.live.size).toBe(0)
    expect(line.listener).toMatchObject({ open: 0, connections: 1 })
  })

  test('gets a FIN even when it has sent something', async () => {
    const line = await steer(mode, admit({ do: 'fin', rule: 'full' }))
    const client = await dial(line.listener.port)
    client.write('GET / HTTP/1.1\r\n\r\n')
    expect(await client.ended()).toBe('fin')
  })

  test('is answered once its head is whole', async () => {
    const line = await steer(mode, admit({ do: 'respond', bytes: Buffer.from(BUSY), rule: 'busy' }))
    const client = await dial(line.listener.port)
    client.write('GET / HTTP/1.1\r\nHost: x\r\n')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(client.text()).toBe('')
    client.write('\r\n')
    await client.until(BUSY)
    expect(await client.ended()).toBe('fin')
    client.end()
    await line.until(() => line.told.get(1)?.closed === true)
    expect(line.told.get(1)).toMatchObject({
      edits: [`s2c busy ${BUSY}`],
      endings: { s2c: { how: 'clean', by: 'fault', detail: 'busy' } },
    })
  })
})
