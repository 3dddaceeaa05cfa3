import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { dial, dialTarget, type Dialled } from '../../src/transports/dial.ts'

const tlsFile = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const listening = async (server: Server): Promise<number> => {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const outcome = (url: string, insecure = false): Promise<Dialled | string> =>
  new Promise((resolve) =>
    dial(dialTarget(new URL(url)), { insecure }, { connected: resolve, failed: (code) => resolve(code) }),
  )

describe('dialTarget', () => {
  it.each([
    ['http://a.test/mcp', 'a.test', 80, false],
    ['https://a.test', 'a.test', 443, true],
    ['ws://a.test:81', 'a.test', 81, false],
    ['wss://a.test', 'a.test', 443, true],
    ['http://[::1]:3000/', '::1', 3000, false],
  ])('%s is %s port %i, TLS %s', (url, host, port, tls) => {
    expect(dialTarget(new URL(url))).toEqual({ host, port, tls })
  })
})

describe('dial', () => {
  it('connects in the clear, the socket itself being the one to reset', async () => {
    const port = await listening(createServer((socket) => socket.destroy()))
    const dialled = await outcome(`http://127.0.0.1:${port}`)
    expect(dialled).toMatchObject({ socket: expect.anything() })
    if (typeof dialled === 'string') return
    expect(dialled.raw).toBe(dialled.socket)
    dialled.socket.destroy()
  })

  it('names the errno when refused', async () => {
    const port = await listening(createServer())
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve))
    expect(await outcome(`http://127.0.0.1:${port}`)).toBe('ECONNREFUSED')
  })

  it('names the first errno when a name has several addresses', async () => {
    const port = await listening(createServer())
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve))
    expect(await outcome(`http://localhost:${port}`)).toBe('ECONNREFUSED')
  })

  it('refuses a self-signed certificate and takes it when told to', async () => {
    const server = createTlsServer({ key: tlsFile('localhost.key'), cert: tlsFile('localhost.pem') }, (socket) =>
      socket.on('error', () => undefined),
    )
    const port = await listening(server)
    expect(await outcome(`https://localhost:${port}`)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    const dialled = await outcome(`https://localhost:${port}`, true)
    expect(dialled).toMatchObject({ socket: { encrypted: true } })
    if (typeof dialled !== 'string') dialled.raw.destroy()
  })

  it('calls nobody once given up', async () => {
    const port = await listening(createServer((socket) => socket.destroy()))
    const called: string[] = []
    const giveUp = dial(
      dialTarget(new URL(`http://127.0.0.1:${port}`)),
      { insecure: false },
      { connected: () => called.push('connected'), failed: () => called.push('failed') },
    )
    giveUp()
    const later = await outcome(`http://127.0.0.1:${port}`)
    expect(later).toMatchObject({ socket: expect.anything() })
    expect(called).toEqual([])
    if (typeof later !== 'string') later.socket.destroy()
  })
})
