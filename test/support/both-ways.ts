import { join } from 'node:path'
import { expect } from 'vitest'
import { recorded, type Recorded, messageLines } from './capture-check.ts'
import { callsOf, type Said, withoutChance } from './sdk-transcript.ts'
import { temporaryFolder } from './temporary.ts'
import { reverse, type OpenWay } from './ways.ts'

/** What a client's story comes back with. */
export interface Told {
  /** What the client saw; must be equal with and without the proxy. */
  readonly seen: unknown
  /** Every message its transport carried. */
  readonly said: readonly Said[]
}

export interface BothWaysOptions {
  /** Messages the server sent that never reached the client, or reached it twice: not compared one by one. */
  readonly lossy?: boolean
}

let open = reverse

/** From now on stories of this test file go that way. */
export function goBy(way: OpenWay): void {
  open = way
}

/**
 * Tells one story directly and through a recording proxy: the client must see the same, and the capture must hold what it
 * said and heard, each message once, each call with its outcome. Gives the capture for further questions.
 */
export async function bothWays(
  url: string,
  story: (url: string) => Promise<Told>,
  { lossy = false }: BothWaysOptions = {},
): Promise<Recorded & { readonly told: Told }> {
  const direct = await story(url)
  const db = join(temporaryFolder(), 'capture.db')
  const way = await open(url, db)
  const { proxy } = way
  try {
    const told = await story(way.url)
    expect(withoutChance(told.seen)).toEqual(withoutChance(direct.seen))
    await proxy.flush()
    const capture = way.recorded?.() ?? recorded(db)
    if (!lossy) {
      expect(messageLines(capture.messages)).toEqual(messageLines(told.said))
      expect(capture.callLines).toEqual(callsOf(told.said))
    }
    expect(proxy.stats()).toMatchObject({ lostBytes: 0, lostChunks: 0 })
    return { ...capture, told }
  } finally {
    await way.close()
  }
}
