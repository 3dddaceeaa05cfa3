/** The way of a client that `mitmcp run` has started, as seen from within: the environment sends it through the proxy. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import type { ProxyStats } from '../../src/proxy.ts'
import { openReader } from '../../src/store/reader.ts'
import type { FlowRow } from '../../src/store/rows.ts'
import { expect } from 'vitest'
import { recorded } from './capture-check.ts'
import { tlsFront, type OpenWay, type Stranger } from './ways.ts'

/** What the test outside tells the client inside, as JSON in a variable of its environment. */
export interface Inside {
  /** The capture of the proxy. */
  readonly db: string
  /** Who servers are; the proxy knows their authority. */
  readonly stranger: Stranger
}

const MARK = '/everything-before-is-recorded'
const isMark = ({ target, status }: FlowRow): boolean => target === MARK && status !== null

/** Stories are told directly until the way is open, as a client would without the proxy. */
export function byEnvironment({ db, stranger }: Inside): OpenWay {
  const given = getGlobalDispatcher()
  const direct = new Agent()
  setGlobalDispatcher(direct)
  return async (target) => {
    const before = recorded(db)
    const front = await tlsFront(target, stranger)
    const marks = createServer((_, response) => response.end('seen'))
    await new Promise<void>((resolve) => marks.listen(0, '127.0.0.1', resolve))
    const { port } = marks.address() as AddressInfo
    setGlobalDispatcher(given)
    return {
      url: front.url,
      proxy: {
        stats: () => lossesIn(db),
        // what is asked now is in the capture behind everything that was said before
        flush: async () => {
          await (await fetch(`http://127.0.0.1:${port}${MARK}`)).text()
          await expect.poll(() => recorded(db, before).flows.some(isMark)).toBe(true)
        },
      },
      recorded: () => {
        const { flows, ...rest } = recorded(db, before)
        return { ...rest, flows: flows.filter((flow) => !isMark(flow)) }
      },
      close: async () => {
        setGlobalDispatcher(direct)
        marks.closeAllConnections()
        marks.close()
        await front.close()
      },
    }
  }
}

/** Only what is lost is known from outside of the proxy's process. */
function lossesIn(db: string): Pick<ProxyStats, 'lostBytes' | 'lostChunks'> {
  const reader = openReader(db)
  try {
    const losses = reader.losses()
    return {
      lostBytes: losses.reduce((sum, { bytes }) => sum + bytes, 0),
      lostChunks: losses.reduce((sum, { chunks }) => sum + chunks, 0),
    }
  } finally {
    reader.close()
  }
}
