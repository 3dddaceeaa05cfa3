/** What a law is: a claim, and how to try it on a line. */
import { expect } from 'vitest'
import { createLine, type Line, type StartOptions, type StartProxy } from '../support/line.ts'
import type { Peer } from '../support/raw.ts'

export interface Bench {
  readonly startProxy: StartProxy
  /** Kept for all laws of a suite: what one law did to the proxy must not hurt the next. */
  readonly direct: Line
  readonly proxied: Line
  readonly patienceMs: number
}

export interface Law {
  /** Its number in the list of laws. */
  readonly number: number
  readonly claim: string
  readonly timeoutMs?: number
  /** It measures time: tried up to three times, as the machine has work of its own. A wait of the proxy's shows in each. */
  readonly timed?: boolean
  /** Rejects when the law does not hold. */
  check(bench: Bench): Promise<void>
}

export async function createBench(startProxy: StartProxy, patienceMs = 3000): Promise<Bench> {
  const direct = await createLine(undefined, { patienceMs })
  return { startProxy, direct, proxied: await createLine(startProxy, { patienceMs }), patienceMs }
}

export async function closeBench(bench: Bench): Promise<void> {
  await bench.direct.close()
  await bench.proxied.close()
}

/** What the peers saw on one line. */
async function tried(what: string, line: Line, scenario: (line: Line) => Promise<unknown>): Promise<unknown> {
  try {
    return await scenario(line)
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error })
  } finally {
    line.clear()
  }
}

/** The peers see the same, direct and proxied: `scenario` returns what they saw. */
export function same(number: number, claim: string, scenario: (line: Line) => Promise<unknown>): Law {
  const check = async ({ direct, proxied }: Bench): Promise<void> => {
    const seen = await tried('direct', direct, scenario)
    expect(await tried('proxied', proxied, scenario)).toEqual(seen)
  }
  return { number, claim, check }
}

/** As `same`, both at once: for those that only wait. */
export function sameTogether(number: number, claim: string, scenario: (line: Line) => Promise<unknown>): Law {
  const check = async ({ direct, proxied }: Bench): Promise<void> => {
    const both = [tried('direct', direct, scenario), tried('proxied', proxied, scenario)] as const
    await Promise.allSettled(both)
    expect(await both[1]).toEqual(await both[0])
  }
  return { number, claim, check, timed: true }
}

/** How long things took, in milliseconds, and which share of them counts. */
export interface Timing {
  readonly share: number
  readonly boundMs: number
  /** Rejects when anything but the time is wrong. */
  measure(line: Line): Promise<readonly number[]>
}

/**
 * No wait of the proxy's own: at that share the proxied line takes less than the bound, on top of twice what the direct one
 * took in the same test, which is what the machine makes of two connections.
 */
export function timed(number: number, claim: string, { share, boundMs, measure }: Timing): Law {
  const check = async ({ direct, proxied }: Bench): Promise<void> => {
    const alone = (await tried('direct', direct, measure)) as readonly number[]
    const through = (await tried('proxied', proxied, measure)) as readonly number[]
    const bound = boundMs + 2 * percentile(alone, share)
    expect(percentile(through, share), 'milliseconds until it was passed on').toBeLessThan(bound)
  }
  return { number, claim, check, timed: true }
}

/** Holds of a proxy only; tried on one started with these options. */
export function ours(
  number: number,
  claim: string,
  options: StartOptions & { target?: { host: string } },
  scenario: (line: Line) => Promise<void>,
): Law {
  const check = async ({ startProxy, patienceMs }: Bench): Promise<void> => {
    const line = await createLine(startProxy, { patienceMs, ...options })
    try {
      await scenario(line)
    } finally {
      await line.close()
    }
  }
  return { number, claim, check }
}

/**
 * Fills in `SERVER`, the port. `http://127.0.0.1:SERVER` is the server's own URL: where it is reached by TLS, http and https
 * change places before it.
 */
export function withServer({ serverPort, serverScheme }: Line, text: string): string {
  const swapped = text.replaceAll(/\bhttp(s?)(?=:\/\/127\.0\.0\.1:SERVER)/gi, (as, secure: string) => {
    if (serverScheme === 'http') return as
    return secure === '' ? 'https' : 'http'
  })
  return swapped.replaceAll('SERVER', String(serverPort))
}

/** What a peer saw, without the token of its run: comparable between lines. */
export function saw(peer: Peer): { text: string; how: string } {
  return { text: peer.text().replaceAll(/X-Run: \d+\.\r\n/g, ''), how: peer.how }
}

/** The value below which this share of the numbers lies. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** `count` runs, `width` at a time. */
export async function batches<T>(count: number, width: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let from = 0; from < count; from += width) {
    const indices = Array.from({ length: Math.min(width, count - from) }, (_, index) => from + index)
    results.push(...(await Promise.all(indices.map(run))))
  }
  return results
}

/** Both sides end with FIN and tell what they saw. */
export async function finish(client: Peer, server: Peer): Promise<unknown> {
  server.end()
  await client.ended()
  client.end()
  await server.ended()
  return { client: saw(client), server: saw(server) }
}

/** One request and one answer, byte for byte. */
export function passes(number: number, claim: string, request: string, response: string): Law {
  return same(number, claim, async (line) => {
    const client = await line.dial()
    client.write(request)
    const server = await line.accept()
    await server.until(request)
    server.write(response)
    await client.until(response)
    return await finish(client, server)
  })
}
