/** The proxy itself, as the laws start it: no recording unless asked, no UI. */
import { createProxy, type ProxyOptions } from '../../src/proxy.ts'
import type { StartProxy } from './line.ts'

/** With further options for every proxy it starts. */
export function startReverse(more: Partial<ProxyOptions> = {}): StartProxy {
  return ({ port, host = '127.0.0.1' }, options) =>
    createProxy({ target: `http://${host}:${port}/mcp`, port: 0, db: false, ui: false, ...more, ...options })
}
