// What is not understood can be slowed and ended all the same: tunnels that stay shut, upgrades to what we do not know, HTTP/2.
import { connect as connectHttp2, createServer as createHttp2, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { createProxy, type FaultRules } from '../../src/proxy.ts'
import { raw, type RawClient } from '../support/faulty.ts'
import type { Peer } from '../support/raw.ts'
import { startForward } from '../support/start-forward.ts'
import { rawServer } from '../support/steered.ts'

interface Line {
  readonly faults: FaultRules
  readonly client: RawClient
  readonly server: Peer
  /** What the server says from here on, as far as it has come to the client. */
  heard(): string
}

const UPGRADE = 'GET /mcp HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: custom\r\n\r\n'
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: custom\r\n\r\n'
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

async function reverse(): Promise<{ faults: FaultRules; client: RawClient; server: Peer }> {
  const { port, accept } = await rawServer()
  const proxy = await createProxy({ target: `http://127.0.0.1:${port}`, port: 0, ui: false, db: false, seed: 1 })
  onTestFinished(() => proxy.close())
  const client = await raw(proxy.url, '')
  return { faults: proxy.faults, client, server: await accept() }
}

const after = (line: Omit<Line, 'heard'>): Line => {
  const before = line.client.text().length
  return { ...line, heard: () => line.client.text().slice(before) }
}

const LINES: Readonly<Record<string, () => Promise<Line>>> = {
  'a tunnel that stays shut': async () => {
    const { port, accept } = await rawServer()
    const forward = await startForward({ tunnel: ['127.0.0.1'], seed: 1 })
    onTestFinished(() => forward.close())
    const client = await raw(forward.url, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    await client.until('\r\n\r\n')
    const server = await accept()
    client.socket.write('\x16\x03\x01 of a client')
    await server.until('client')
    return after({ faults: forward.faults, client, server })
  },
  'an upgrade to what we do not know': async () => {
    const { faults, client, server } = await reverse()
    client.socket.write(UPGRADE)
    await server.until(UPGRADE)
    server.write(SWITCHED)
    await client.until(SWITCHED)
    return after({ faults, client, server })
  },
  'HTTP/2 with prior knowledge': async () => {
    const { faults, client, server } = await reverse()
    client.socket.write(PREFACE)
    await server.until(PREFACE)
    server.write('\0\0\0\x04\0\0\0\0\0')
    await client.until('\0\0\0\x04\0\0\0\0\0')
    return after({ faults, client, server })
  },
}

describe.each(Object.entries(LINES))('%s', (_name, open) => {
  /** A rule, on the open connection. */
  const begun = async (rule: RuleSource): Promise<Line> => {
    const line = await open()
    await line.faults.add(rule)
    return line
  }

  test('latency: both ways, never early', async () => {
    const { client, server } = await begun({ fault: 'latency', delay: '40ms' })
    const from = performance.now()
    client.socket.write('there')
    await server.until('there')
    server.write('and back')
    await client.until('and back')
    expect(performance.now() - from).toBeGreaterThanOrEqual(80)
  })

  test('bandwidth: so many bytes a second', async () => {
    const { client, server } = await begun({ fault: 'bandwidth', rate: '10kb/s', match: 'dir:s2c' })
    const from = performance.now()
    server.write(`${'x'.repeat(1024)}!`)
    await client.until('!')
    expect(performance.now() - from).toBeGreaterThanOrEqual(95)
  })

  test.each([
    ['fin', 'end'],
    ['clean', 'end'],
    ['rst', 'ECONNRESET'],
    ['hang', 'timeout'],
  ])('cut by %s is %s to the client', async (end, seen) => {
    const line = await begun({ fault: 'cut', end, match: 'transport:opaque dir:s2c' })
    line.server.write('lost')
    expect([await line.client.ending(seen === 'timeout' ? 60 : 3000), line.heard()]).toEqual([seen, ''])
    expect(line.faults.list()).toMatchObject([{ fired: 1, notApplied: 0 }])
  })

  test('cut behind so many bytes, and within a piece', async () => {
    const counted = await begun({ fault: 'cut', end: 'rst', after: '10b' })
    counted.server.write('0123')
    await counted.client.until('0123')
    counted.server.write('456789')
    expect([await counted.client.ending(3000), counted.heard()]).toEqual(['ECONNRESET', '0123456789'])
    const within = await begun({ fault: 'cut', end: 'fin', at: 'mid-event' })
    within.server.write('01234567')
    expect([await within.client.ending(3000), within.heard()]).toEqual(['end', '0123'])
  })

  test('cut by a close frame: there is none here, which is told', async () => {
    const line = await begun({ fault: 'cut', end: 'ws:1001' })
    line.server.write('lost')
    expect(await line.client.ending(3000)).toBe('end')
    expect(line.faults.list()).toMatchObject([{ fired: 1, notApplied: 1 }])
  })

  test('idle-timeout: ended when nothing has passed for so long', async () => {
    const { client, server } = await begun({ fault: 'idle-timeout', idle: '60ms', end: 'rst' })
    const from = performance.now()
    server.write('still there')
    await client.until('still there')
    expect(await client.ending(3000)).toBe('ECONNRESET')
    expect(performance.now() - from).toBeGreaterThanOrEqual(60)
  })

  test('freeze: silence, then all of it; or a reset', async () => {
    const resumed = await begun({ fault: 'freeze', duration: '60ms' })
    resumed.server.write('late')
    await resumed.client.until('late')
    const reset = await begun({ fault: 'freeze', duration: '40ms', then: 'rst' })
    reset.server.write('lost')
    expect([await reset.client.ending(3000), reset.heard()]).toEqual(['ECONNRESET', ''])
  })

  test('blackhole: nothing arrives, and healing resets', async () => {
    const { client, server, faults, heard } = await begun({ fault: 'blackhole' })
    server.write('lost')
    expect([await client.ending(40), heard()]).toEqual(['timeout', ''])
    await faults.heal()
    expect(await client.ending(3000)).toBe('ECONNRESET')
  })

  test('slow-close: the end comes late', async () => {
    const { client, server } = await begun({ fault: 'slow-close', delay: '60ms' })
    const from = performance.now()
    server.end()
    expect(await client.ending(3000)).toBe('end')
    expect(performance.now() - from).toBeGreaterThanOrEqual(60)
  })

  test('rechunk: the same bytes', async () => {
    const { client, server, heard } = await begun({ fault: 'rechunk', by: '3b' })
    server.write('0123456789')
    await client.until('0123456789')
    expect(heard()).toBe('0123456789')
  })

  test.each(['drop', 'duplicate', 'stall', 'lose-reply'])(
    '%s is about messages: bytes pass, and nothing was matched',
    async (fault) => {
      const { client, server, faults } = await begun({ fault })
      server.write('as it is')
      await client.until('as it is')
      expect(faults.list()).toMatchObject([{ matched: 0, fired: 0 }])
      await expect(faults.add({ id: 'x', fault, match: 'transport:opaque' })).rejects.toThrow('no meaning on opaque')
    },
  )

  test('a rule that goes lets all go on', async () => {
    const { client, server, faults, heard } = await begun({ id: 'l', fault: 'latency', delay: '10s' })
    server.write('late')
    await faults.remove('l')
    await client.until('late')
    server.write('now')
    await client.until('now')
    expect(heard()).toBe('latenow')
  })
})

test('a real client of HTTP/2: late, then reset', async () => {
  const server = createHttp2()
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined)
    stream.respond({ ':status': 200 })
    stream.end('{"ok":true}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const proxy = await createProxy({ target: `http://127.0.0.1:${port}`, port: 0, ui: false, db: false })
  onTestFinished(() => proxy.close())
  const client = connectHttp2(proxy.url)
  onTestFinished(() => client.destroy())
  const failed = new Promise<string>((resolve) =>
    client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')),
  )
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = ''
      const stream = client.request({ ':path': '/mcp' }).setEncoding('utf8')
      stream.on('data', (part: string) => (text += part)).on('end', () => resolve(text))
      stream.on('error', reject)
    })
  expect(await ask()).toBe('{"ok":true}')
  await proxy.faults.add({ id: 'l', fault: 'latency', delay: '50ms', match: 'dir:s2c' })
  const from = performance.now()
  expect(await ask()).toBe('{"ok":true}')
  expect(performance.now() - from).toBeGreaterThanOrEqual(50)
  await proxy.faults.remove('l')
  await proxy.faults.add({ fault: 'cut', end: 'rst', match: 'dir:s2c' })
  const asking = ask().catch(() => 'failed')
  expect([await failed, await asking]).toEqual(['ECONNRESET', 'failed'])
})
