import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { dial } from '../support/raw.ts'
import { modes, steer } from '../support/steered.ts'

describe.each(modes)('a door that a fault shuts, %s', (mode) => {
  test.each(['keep', 'fin', 'rst'] as const)('refuses who comes; who is there: %s', async (existing) => {
    const line = await steer(mode)
    const { client, server, told } = await line.open()
    line.door.shut(existing, 'the-rule')
    await expect(dial(line.listener.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    if (existing === 'keep') {
      server.write('HTTP/1.1 204 No Content\r\n\r\n')
      await client.until('204')
      return
    }
    expect(await client.ended()).toBe(existing)
    expect(await server.ended()).toBe(existing)
    expect(told.endings.s2c).toMatchObject({ how: existing, by: 'fault', detail: 'the-rule' })
  })

  test('opens again on the same port, as often as it is wanted', async () => {
    const line = await steer(mode)
    for (let round = 0; round < 3; round++) {
      line.door.shut('keep', 'the-rule')
      expect(await line.door.reopen()).toBe(true)
      const { client, server } = await line.open()
      server.write('HTTP/1.1 204 No Content\r\n\r\n')
      await client.until('204')
    }
  })
})

test.each(['fin', 'rst'] as const)('a client that has said nothing yet is ended too: %s', async (existing) => {
  for (const mode of ['routed', 'absolute'] as const) {
    const line = await steer(mode)
    const client = await dial(line.listener.port)
    await line.until(() => line.listener.open === 1)
    line.door.shut(existing, 'the-rule')
    expect(await client.ended()).toBe(existing)
    client.end()
    await line.until(() => line.listener.open === 0)
    expect(line.told.get(1)?.endings.s2c).toMatchObject({ how: existing, by: 'fault', detail: 'the-rule' })
  }
})

test('a port that somebody else has taken is waited for, and had when it is free', async () => {
  const line = await steer('reverse')
  line.door.shut('keep', 'the-rule')
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(line.listener.port, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const reopened = line.door.reopen()
  setTimeout(() => other.close(), 120)
  expect(await reopened).toBe(true)
  await line.open()
})

test('a port that somebody else keeps is given up after five seconds', { timeout: 8000 }, async () => {
  const line = await steer('reverse')
  line.door.shut('keep', 'the-rule')
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(line.listener.port, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const from = performance.now()
  expect(await line.door.reopen()).toBe(false)
  expect(performance.now() - from).toBeGreaterThan(4900)
})

test('what is shut while it is being opened stays shut', async () => {
  const line = await steer('reverse')
  line.door.shut('keep', 'the-rule')
  const reopened = line.door.reopen()
  line.door.shut('keep', 'the-rule')
  expect(await reopened).toBe(false)
  await expect(dial(line.listener.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(await line.door.reopen()).toBe(true)
})

test('a proxy that stops does not open again', async () => {
  const line = await steer('reverse')
  line.door.shut('keep', 'the-rule')
  const reopened = line.door.reopen()
  await line.listener.close(0)
  expect(await reopened).toBe(false)
  await expect(dial(line.listener.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
