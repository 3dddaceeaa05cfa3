/**
 * `npm run bench`: what stands between client and server, and what it costs. Candidates in turn within one run, several
 * rounds, medians and ratios. Absolute figures move by a third from run to run on a shared machine; ratios within one run count.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { candidates, type Candidate } from './candidates.ts'
import { type Options, options, usage } from './options.ts'
import { type Peer, startPeer } from './processes.ts'
import { compare, type Figures } from './report.ts'
import type { Setting, Solo, Suite } from './suite.ts'
import { bigBody } from './suites/big.ts'
import { faults } from './suites/faults.ts'
import { handshakes } from './suites/forward.ts'
import { manyConnections, oneConnection } from './suites/calls.ts'
import { manyStreams, oneStream } from './suites/sse.ts'
import { longRun } from './suites/long.ts'
import { page } from './suites/page.ts'
import { webSockets } from './suites/sockets.ts'
import { startUp } from './suites/start.ts'
import { stdio } from './suites/stdio.ts'
import { openStreams } from './suites/streams.ts'

const suites: readonly Suite[] = [
  oneConnection,
  manyConnections,
  oneStream,
  manyStreams,
  bigBody,
  openStreams,
  webSockets,
]
const solos: readonly Solo[] = [startUp, stdio, page, handshakes, faults, longRun]

const say = (text: string): void => void process.stderr.write(`${text}\n`)

function taking(suite: Suite, { who }: Options): Candidate[] {
  return candidates.filter((candidate) => {
    if (who.length > 0 && !who.some((part) => candidate.name.includes(part))) return false
    const reason = candidate.not?.[suite.name] ?? candidate.missing()
    if (reason !== undefined) say(`  without ${candidate.name}: ${reason}`)
    return reason === undefined
  })
}

/** Measures all candidates, round by round; one that fails is out, and its reason is printed. */
async function measure(suite: Suite, setting: Setting): Promise<Map<string, Figures[]>> {
  const results = new Map<string, Figures[]>()
  const running = new Map<string, Peer>()
  const taken = taking(suite, setting.options)
  const rounds = Math.min(setting.options.rounds, suite.maxRounds ?? Infinity)
  const out = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    for (const candidate of taken) {
      if (out.has(candidate.name)) continue
      try {
        const peer = running.get(candidate.name) ?? (await candidate.start(setting.upstream, setting.folder))
        running.set(candidate.name, peer)
        const figures = await suite.measure(peer, setting, candidate.name)
        results.set(candidate.name, [...(results.get(candidate.name) ?? []), figures])
        if (suite.fresh) {
          await peer.stop()
          running.delete(candidate.name)
        }
      } catch (error) {
        out.add(candidate.name)
        say(`  ${candidate.name} failed: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  for (const peer of running.values()) await peer.stop()
  return results
}

async function main(): Promise<void> {
  const chosen = options(process.argv.slice(2))
  if (chosen === undefined) return void process.stdout.write(`${usage}\n`)
  const folder = mkdtempSync(join(tmpdir(), 'mitmcp-bench-'))
  const upstream = await startPeer('upstream')
  const setting: Setting = { options: chosen, folder, upstream }
  const all: Record<string, unknown> = {}
  try {
    for (const suite of suites.filter(({ name }) => chosen.only.includes(name))) {
      say(`\n${suite.title}`)
      const { text, figures } = compare(suite, await measure(suite, setting))
      all[suite.title] = figures
      if (!chosen.json) process.stdout.write(`${text}\n`)
    }
    for (const solo of solos.filter(({ name }) => chosen.only.includes(name))) {
      say(`\n${solo.title}`)
      const { lines, figures } = await solo.run(setting)
      all[solo.title] = figures
      if (!chosen.json) process.stdout.write(`${lines.join('\n')}\n`)
    }
    if (chosen.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`)
  } finally {
    await upstream.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
