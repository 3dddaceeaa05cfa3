import { describe, expect, test } from 'vitest'
import type { DialVerdict } from '../../src/pipe/policy.ts'
import { modes, rawServer, steer, type Mode } from '../support/steered.ts'

const dialAs = (verdict: DialVerdict) => ({ dial: () => verdict })
/** Those where a dial belongs to the connection it is for; the others have a CONNECT of their own. */
const direct = modes.filter((mode) => mode !== 'tunnel' && mode !== 'tls')

describe.each(direct)('a dial, %s', (mode: Mode) => {
  test.each([
    ['refuse', 502],
    ['502', 502],
    ['503', 503],
  ] as const)('that a fault makes fail as %s is answered %i, marked as the rule’s', async (as, status) => {
    const line = await steer(mode, dialAs({ do: 'fail', as, rule: 'down' }))
    const client = await line.dial()
    client.write(line.get('/mcp'))
    await client.ended()
    expect(client.text()).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*x-mitmcp-fault: down\r\n`))
    expect([...line.told.values()].at(-1)).toMatchObject({
      upstream: 'ECONNREFUSED',
      endings: { s2c: { how: 'clean', by: 'fault', detail: 'down' } },
      notes: [{ kind: 'dial-fault', detail: { do: 'fail', as, rule: 'down' } }],
    })
  })

  test('that is refused resets the client where that is what unreachable servers do', async () => {
    const line = await steer(mode, dialAs({ do: 'fail', as: 'refuse', rule: 'down' }), { onUnreachable: 'reset' })
    const client = await line.dial()
    client.write(line.get('/mcp'))
    expect(await client.ended()).toBe('rst')
    expect([...line.told.values()].at(-1)?.endings.s2c).toMatchObject({ how: 'rst', by: 'fault', detail: 'down' })
  })

  test('that is answered 503 is so even there', async () => {
    const line = await steer(mode, dialAs({ do: 'fail', as: '503', rule: 'down' }), { onUnreachable: 'reset' })
    const client = await line.dial()
    client.write(line.get('/mcp'))
    await client.ended()
    expect(client.text()).toContain('HTTP/1.1 503 Service Unavailable')
  })

  test('that hangs for a while is made then, and nothing is lost', async () => {
    const line = await steer(mode, dialAs({ do: 'hang', ms: 100, rule: 'slow' }))
    const from = performance.now()
    const { client, server } = await line.open()
    expect(performance.now() - from).toBeGreaterThan(95)
    server.write('HTTP/1.1 204 No Content\r\n\r\n')
    await client.until('204')
  })

  test('that hangs for ever goes on when it is told to', async () => {
    const line = await steer(mode, dialAs({ do: 'hang', ms: null, rule: 'slow' }))
    const client = await line.dial()
    client.write(line.get('/mcp'))
    await line.until(() => line.live.size === 1)
    for (const connection of line.live) connection.dialNow?.()
    const server = await line.accept()
    await server.until('\r\n\r\n')
    expect(server.text()).toContain('GET /mcp')
  })

  test.each([
    ['fin', { how: 'hang', by: 'fault', detail: 'slow' }],
    ['rst', { how: 'rst', by: 'client' }],
  ] as const)('that hangs for ever is over when the client leaves by %s', async (how, answers) => {
    const line = await steer(mode, dialAs({ do: 'hang', ms: null, rule: 'slow' }))
    const client = await line.dial()
    client.write(line.get('/mcp'))
    await line.until(() => line.live.size === 1)
    if (how === 'fin') client.end()
    else client.reset()
    await line.until(() => line.listener.open === 0)
    const told = [...line.told.values()].at(-1)
    expect(told?.endings.c2s).toMatchObject({ how, by: 'client' })
    expect(told?.endings.s2c).toMatchObject(answers)
  })
})

describe.each(modes)('a connection led elsewhere, %s', (mode) => {
  test('goes there, with the name of there, and the record says so', async () => {
    const other = await rawServer({ tls: mode === 'tls' })
    const to = new URL(`${mode === 'tls' ? 'https' : 'http'}://localhost:${other.port}/mcp`)
    const line = await steer(mode, dialAs({ do: 'elsewhere', to, rule: 'reroute' }))
    const client = await line.dial()
    const own = mode === 'reverse' || mode === 'routed' ? `127.0.0.1:${line.listener.port}` : line.authority
    client.write(line.get('/mcp').replace('Host: x', `Host: ${own}`))
    const server = await other.accept()
    await server.until('\r\n\r\n')
    expect(server.text()).toBe(`GET /mcp HTTP/1.1\r\nHost: localhost:${other.port}\r\n\r\n`)
    expect([...line.told.values()].at(-1)?.upstream).toMatch(`:${other.port}`)
    server.write(`HTTP/1.1 302 Found\r\nLocation: ${to.origin}/x\r\nContent-Length: 0\r\n\r\n`)
    await client.until('\r\n\r\n')
    expect(client.text()).toContain(
      `Location: ${mode === 'tls' ? 'https' : 'http'}://${own}${mode === 'routed' ? '/s/own' : ''}/x`,
    )
  })
})
