/** Many servers behind one listener, as the laws start it: each client's requests get the path of the one server. */
import { createProxies } from '../../src/proxy.ts'
import type { StartProxy } from './line.ts'
import { dialPrefixed, type Prefix } from './prefixed.ts'

const PATH: Prefix = { text: '/s/own', isOrigin: false }

export function startRouted(): StartProxy {
  return async ({ port, host = '127.0.0.1' }, options) => {
    const proxies = await createProxies({
      servers: [
        { name: 'other', target: 'http://127.0.0.1:1/mcp' },
        { name: 'own', target: `http://${host}:${port}/mcp`, ...options },
      ],
      oneListener: { port: 0 },
      db: false,
      ui: false,
    })
    const own = proxies.servers[1]?.port ?? 0
    return { port: own, prefix: PATH.text, dial: (peer) => dialPrefixed(own, PATH, peer), close: proxies.close }
  }
}
