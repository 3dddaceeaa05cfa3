import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
const identity = { key: pem('localhost.key'), cert: pem('localhost.pem') }

/** Speaks TLS as the server of a line, as `localhost`, with a certificate nobody trusts. */
export function secureServer(raw: Socket): TLSSocket {
  raw.on('error', () => undefined)
  const options = { isServer: true, ...identity, highWaterMark: 1 }
  return new TLSSocket(raw, options)
}
