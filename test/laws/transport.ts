/**
 * The laws of transparency, as a suite every HTTP transport runs: raw sockets on both sides, direct and through the proxy.
 * To add a law: one entry in the list of its topic; its number is the one in the list of laws.
 */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { closeBench, createBench, type Bench, type Law } from './law.ts'
import { edits } from './edits.ts'
import { endpoints } from './endpoints.ts'
import { endings } from './endings.ts'
import { failures } from './failures.ts'
import { heads } from './heads.ts'
import { odd } from './odd.ts'
import { pressure } from './pressure.ts'
import { streaming } from './streaming.ts'
import { websocket } from './websocket.ts'
import type { StartProxy } from '../support/line.ts'

export const topics = { heads, streaming, endings, failures, pressure, edits, endpoints, odd, websocket } as const

export type Topic = keyof typeof topics

export interface LawsOptions {
  /** Default: all. */
  topics?: readonly Topic[]
  /** Why the other topics are not tried here; shown as a skipped test for each. */
  others?: string
  /** Laws this transport is excused from, by the beginning of `law N: claim`, each with its reason. */
  except?: Readonly<Record<string, string>>
}

/** As it is named in reports: `law 6: passes …`. */
export const title = ({ number, claim }: Law): string => `law ${number}: ${claim}`

/** Defines the tests. `startProxy` is called once for the suite, and once more for laws that need other options. */
export function transportLaws(name: string, startProxy: StartProxy, options: LawsOptions = {}): void {
  const all = Object.keys(topics) as Topic[]
  const { topics: chosen = all, others, except = {} } = options
  const excuse = (law: Law): string | undefined =>
    Object.entries(except).find(([start]) => title(law).startsWith(start))?.[1]
  describe(name, () => {
    let bench: Bench
    beforeAll(async () => void (bench = await createBench(startProxy)))
    afterAll(() => closeBench(bench))
    for (const topic of others === undefined ? [] : all.filter((each) => !chosen.includes(each)))
      it(`laws on ${topic}`, ({ skip }) => skip(others))
    for (const law of chosen.flatMap((topic) => topics[topic])) {
      const options = { timeout: law.timeoutMs ?? 20_000, retry: law.timed === true ? 2 : 0 }
      const reason = excuse(law)
      it(title(law), options, async ({ skip }) => {
        if (reason !== undefined) skip(reason)
        await law.check(bench)
      })
    }
  })
}
