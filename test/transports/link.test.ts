import { describe, expect, test } from 'vitest'
import { modes, steer } from '../support/steered.ts'

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const EVENT = 'd\r\ndata: one\r\n\r\n\r\n'
/** Long enough for anything that is to come on this machine. */
const silence = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60))

describe.each(modes)('a fault that cuts, %s', (mode) => {
  const streaming = async () => {
    const line = await steer(mode)
    const open = await line.open()
    open.server.write(STREAM + EVENT)
    await open.client.until(EVENT)
    return { ...open, line }
  }

  test.each(['fin', 'rst'] as const)('both peers see %s, and the record says whose doing', async (how) => {
    const { client, server, connection, told } = await streaming()
    connection.cut(how, 'both', 'the-rule')
    expect(await client.ended()).toBe(how)
    expect(await server.ended()).toBe(how)
    expect(told.endings).toMatchObject({
      c2s: { how, by: 'fault', detail: 'the-rule' },
      s2c: { how, by: 'fault', detail: 'the-rule' },
    })
  })

  test.each(['fin', 'rst', 'hang'] as const)('what was sent before %s arrives, nothing behind it does', async (how) => {
    const { client, server, connection } = await streaming()
    const got = client.bytes().length
    server.write(EVENT)
    await client.until(got + EVENT.length)
    connection.cut(how, 'client', 'the-rule')
    server.write(EVENT.replace('one', 'two'))
    if (how === 'hang') await silence()
    else await client.ended()
    expect(client.bytes()).toHaveLength(got + EVENT.length)
    expect(server.how).toBe('open')
  })

  test('behind a FIN to the client its own half goes on', async () => {
    const { client, server, connection, told, line } = await streaming()
    connection.cut('fin', 'client', 'the-rule')
    expect(await client.ended()).toBe('fin')
    expect(told.endings.c2s).toBeUndefined()
    if (mode === 'tls') return
    client.write(line.get('/more'))
    await server.until('/more')
    client.end()
    expect(await server.ended()).toBe('fin')
  })

  test('a hang tells nobody anything, not even that the server has gone', async () => {
    const { client, server, connection, told } = await streaming()
    connection.cut('hang', 'both', 'the-rule')
    client.write('x')
    const had = server.bytes().length
    server.reset()
    await silence()
    expect(client.how).toBe('open')
    expect(server.bytes()).toHaveLength(had)
    expect(told.endings).toMatchObject({ c2s: { how: 'hang', by: 'fault' }, s2c: { how: 'hang', by: 'fault' } })
    expect(told.closed).toBe(false)
  })

  test.each(['fin', 'rst'] as const)('a hung connection is over when its client leaves by %s', async (how) => {
    const { client, server, connection, told, line } = await streaming()
    connection.cut('hang', 'both', 'the-rule')
    if (how === 'fin') client.end()
    else client.reset()
    await server.ended()
    server.end()
    await line.until(() => told.closed)
    expect(line.live.size).toBe(0)
    expect(told.endings.c2s).toMatchObject({ how: 'hang', by: 'fault', detail: 'the-rule' })
  })

  test('a hung connection does not outlive the proxy', async () => {
    const { client, connection, line } = await streaming()
    connection.cut('hang', 'both', 'the-rule')
    await line.listener.close(1000)
    expect(await client.ended()).toBe('rst')
    expect(line.live.size).toBe(0)
  })

  test('a server that is cut off alone does not end the client', async () => {
    const { client, server, connection, told } = await streaming()
    connection.cut('hang', 'server', 'the-rule')
    server.write(EVENT)
    await client.until(EVENT + EVENT)
    expect(told.endings).toMatchObject({ c2s: { how: 'hang', by: 'fault' } })
    expect(told.endings.s2c).toBeUndefined()
  })
})

test('over TLS a FIN of a fault has no close_notify before it', async () => {
  const line = await steer('tls')
  const { client, server, connection } = await line.open()
  server.write(STREAM + EVENT)
  await client.until(EVENT)
  const before = line.read(client)
  connection.cut('fin', 'both', 'the-rule')
  expect(await client.ended()).toBe('fin')
  expect(line.read(client)).toBe(before)
})
