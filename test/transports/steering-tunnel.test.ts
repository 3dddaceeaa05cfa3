import { describe, expect, test } from 'vitest'
import type { DialVerdict } from '../../src/pipe/policy.ts'
import { dial } from '../support/raw.ts'
import { steer, type Steered } from '../support/steered.ts'

const connect = async (line: Steered) => {
  const client = await dial(line.listener.port)
  client.write(`CONNECT ${line.authority} HTTP/1.1\r\nHost: ${line.authority}\r\n\r\n`)
  return client
}
const dialAs = (verdict: DialVerdict) => ({ dial: () => verdict })

describe.each(['tunnel', 'tls'] as const)('a CONNECT, %s', (mode) => {
  test.each([
    ['refuse', 502],
    ['502', 502],
    ['503', 503],
  ] as const)('whose dial a fault makes fail as %s is answered %i', async (as, status) => {
    const line = await steer(mode, dialAs({ do: 'fail', as, rule: 'down' }))
    const client = await connect(line)
    await client.ended()
    expect(client.text()).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*x-mitmcp-fault: down\r\n`))
    expect(line.told.get(1)?.endings.s2c).toMatchObject({ how: 'clean', by: 'fault', detail: 'down' })
  })

  test('that is refused resets the client where that is what unreachable servers do', async () => {
    const line = await steer(mode, dialAs({ do: 'fail', as: 'refuse', rule: 'down' }), { onUnreachable: 'reset' })
    const client = await connect(line)
    expect(await client.ended()).toBe('rst')
    expect(line.told.get(1)?.endings.s2c).toMatchObject({ how: 'rst', by: 'fault', detail: 'down' })
  })

  test('that hangs for a while is opened then', async () => {
    const line = await steer(mode, dialAs({ do: 'hang', ms: 100, rule: 'slow' }))
    const from = performance.now()
    const { client, server } = await line.open()
    expect(performance.now() - from).toBeGreaterThan(95)
    server.write('HTTP/1.1 204 No Content\r\n\r\n')
    await client.until('204')
  })

  test('that hangs for ever goes on when its rule goes', async () => {
    let goOn: (() => void) | undefined
    const line = await steer(mode, {
      dial: (_connection, _info, then) => {
        goOn = then
        return { do: 'hang', ms: null, rule: 'slow' }
      },
    })
    const opened = line.open()
    await line.until(() => line.told.get(1)?.notes.length === 1)
    goOn?.()
    goOn?.()
    const { server, client } = await opened
    server.write('HTTP/1.1 204 No Content\r\n\r\n')
    await client.until('204')
    expect(line.told.get(1)?.notes).toMatchObject([{ kind: 'dial-fault', detail: { rule: 'slow' } }])
  })

  test.each(['fin', 'rst'] as const)('that hangs for ever is over when the client leaves by %s', async (how) => {
    const line = await steer(mode, dialAs({ do: 'hang', ms: null, rule: 'slow' }))
    const client = await connect(line)
    await line.until(() => line.told.get(1)?.notes.length === 1)
    if (how === 'fin') client.end()
    else client.reset()
    await line.until(() => line.listener.open === 0)
    expect(line.told.get(1)?.endings.s2c).toMatchObject({ how: 'hang', by: 'fault', detail: 'slow' })
  })
})
