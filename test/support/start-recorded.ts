/** The proxy itself with a capture of its own, which goes when it is closed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProxy, type ProxyOptions } from '../../src/proxy.ts'
import type { StartRecorded } from './tape.ts'

/** With further options for every proxy it starts. */
export function startRecorded(more: Partial<ProxyOptions> = {}): StartRecorded {
  return async ({ port, host = '127.0.0.1' }, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
    const db = join(folder, 'capture.db')
    const target = `http://${host}:${port}/mcp`
    const proxy = await createProxy({ target, port: 0, db, ui: false, ...more, ...options })
    const close = async (): Promise<void> => {
      await proxy.close()
      rmSync(folder, { recursive: true, force: true })
    }
    return { port: proxy.port, db, flush: proxy.flush, close }
  }
}
