/** Ways from a client to its server through the proxy, for stories that were written for the reverse proxy in the clear. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { EnvHttpProxyAgent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { createForward, createProxy, type Running } from '../../src/proxy.ts'
import { makeIdentity, makeIssuer } from './certificates.ts'
import { authorityFolder } from './start-forward.ts'

/** A running proxy, and the URL by which the client of a story has to ask. */
export interface Way {
  readonly proxy: Running
  readonly url: string
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
  const front = await tlsFront(target)
  const proxy = await createProxy({ target: front.url, port: 0, ui: false, db, ca: front.ca })
  const close = async (): Promise<void> => {
    await proxy.close()
    await front.close()
  }
  return { proxy, url: proxy.url, close }
}

/** Forward mode, to a server over TLS: what `fetch` does in a client that `mitmcp run` has started. */
export const forwardToTls: OpenWay = async (target, db) => {
  const front = await tlsFront(target)
  const proxy = await createForward({ port: 0, ui: false, db, ca: front.ca, authority: authorityFolder })
  const before = getGlobalDispatcher()
  const agent = new EnvHttpProxyAgent({
    httpProxy: proxy.url,
    httpsProxy: proxy.url,
    noProxy: '',
    requestTls: { ca: readFileSync(proxy.authority.file, 'utf8') },
  })
  setGlobalDispatcher(agent)
  const close = async (): Promise<void> => {
    setGlobalDispatcher(before)
    await agent.destroy()
    await proxy.close()
    await front.close()
  }
  return { proxy, url: front.url, close }
}

/** TLS in front of a server in the clear, by an authority nobody knows. */
async function tlsFront(target: string): Promise<{ url: string; ca: string; close(): Promise<void> }> {
  const { hostname, port, pathname } = new URL(target)
  const folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
  const issuer = await makeIssuer()
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, issuer.cert)
  const sockets = new Set<Socket>()
  const server = createServer({ ...(await makeIdentity({ issuer })), allowHalfOpen: true }, (near) => {
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
    rmSync(folder, { recursive: true, force: true })
  }
  return { url: `https://localhost:${(server.address() as AddressInfo).port}${pathname}`, ca, close }
}
