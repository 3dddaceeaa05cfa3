/** The proxy itself, as the laws start it: no recording unless asked, no UI. */
import { createProxy, type ProxyOptions } from '../../src/proxy.ts'
import type { StartProxy } from './line.ts'
import { secureServer } from './secure-server.ts'

/** With further options for every proxy it starts. */
export function startReverse(more: Partial<ProxyOptions> = {}): StartProxy {
  return ({ port, host = '127.0.0.1' }, options) =>
    createProxy({ target: `http://${host}:${port}/mcp`, port: 0, db: false, ui: false, ...more, ...options })
}

/** The same before a server over TLS, whose certificate is not looked at. */
export function startReverseToTls(more: Partial<ProxyOptions> = {}): StartProxy {
  const start: StartProxy = async ({ port, host = '127.0.0.1' }, options) => {
    const target = `https://${host}:${port}/mcp`
    const proxy = await createProxy({ target, port: 0, db: false, ui: false, insecure: true, ...more, ...options })
    return { port: proxy.port, serverScheme: 'https', close: proxy.close }
  }
  return Object.assign(start, { secure: secureServer })
}

/** Laws that a proxy before a server over TLS is excused from, and why. */
export const toTlsExcept: Readonly<Record<string, string>> = {
  'law 6: passes RST of a client that leaves as soon':
    'it is gone before the handshake with the server is done, and a server without a handshake cannot be told',
}
