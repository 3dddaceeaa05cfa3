/** Ways from a client to its server through the proxy, for stories that were written for the reverse proxy in the clear. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { createProxy, type ProxyStats, type Running } from '../../src/proxy.ts'
import type { Recorded } from './capture-check.ts'
import { makeIdentity, makeIssuer, type Identity } from './certificates.ts'

/** A running proxy, and the URL by which the client of a story has to ask. */
export interface Way {
  readonly proxy: Pick<Running, 'flush'> & { stats(): Pick<ProxyStats, 'lostBytes' | 'lostChunks'> }
  readonly url: string
  /** What was recorded on this way. Default: all of the capture it was opened with. */
  recorded?(): Recorded
  close(): Promise<void>
}

export type OpenWay = (target: string, db: string) => Promise<Way>

/** The reverse proxy, in the clear on both sides. */
export const reverse: OpenWay = async (target, db) => {
  const proxy = await createProxy({ target, port: 0, ui: false, db })
  return { proxy, url: proxy.url, close: proxy.close }
}

/** The reverse proxy before a server over TLS. */
export const reverseToTls: OpenWay = async (target, db) => {
  const stranger = await makeStranger()
  const front = await tlsFront(target, stranger)
  const proxy = await createProxy({ target: front.url, port: 0, ui: false, db, ca: stranger.ca })
  const close = async (): Promise<void> => {
    await proxy.close()
    await front.close()
    stranger.remove()
  }
  return { proxy, url: proxy.url, close }
}

/** Who a server is, by an authority nobody knows. */
export interface Stranger extends Identity {
  /** File with the certificate of the authority. */
  readonly ca: string
}

export async function makeStranger(): Promise<Stranger & { remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
  const issuer = await makeIssuer()
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, issuer.cert)
  return {
    ...(await makeIdentity({ issuer })),
    ca,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** TLS in front of a server in the clear. */
export async function tlsFront(
  target: string,
  { key, cert }: Identity,
): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port, pathname } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer({ key, cert, allowHalfOpen: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.pipe(other)
    }
  })
  // also those that never finish their handshake
  server.on('connection', (raw: Socket) => sockets.add(raw))
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `https://localhost:${(server.address() as AddressInfo).port}${pathname}`, close }
}
