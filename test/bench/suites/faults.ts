import { once } from 'node:events'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { candidates } from '../candidates.ts'
import type { BodyResult, CallTimes } from '../load/load.ts'
import { runLoad } from '../generator.ts'
import { liveThreadUs, type Peer } from '../processes.ts'
import { compare, type Figures } from '../report.ts'
import type { Column, Setting, Solo } from '../suite.ts'
import { figure } from '../table.ts'
import { loadCalls } from './calls.ts'

type Rules = readonly Readonly<Record<string, string>>[]

/** None holds of a call of the generator. */
const idle: Rules = [
  { fault: 'latency', match: 'method:none/such', delay: '50ms' },
  { fault: 'drop', match: 'method:none/other dir:c2s' },
  { fault: 'drop', match: 'method:none/third dir:s2c' },
  { fault: 'latency', match: 'tool:nobody dir:s2c', delay: '50ms' },
  { fault: 'drop', match: 'tool:missing dir:s2c' },
  { fault: 'latency', match: 'header:x-nobody', delay: '50ms' },
  { fault: 'drop', match: 'header:x-missing dir:s2c' },
  { fault: 'latency', match: 'client:nobody*', delay: '50ms' },
  { fault: 'drop', match: 'client:missing dir:s2c' },
  { fault: 'latency', match: 'server:other', delay: '50ms' },
].map((rule, at) => ({ id: `idle-${at + 1}`, ...rule }))

/** What a proxy is told before it is measured, one after the other. */
const cases: readonly { readonly name: string; readonly told: readonly Rules[]; readonly goal: string }[] = [
  { name: 'no rule ever', told: [], goal: '' },
  { name: 'ten rules, gone', told: [idle, []], goal: 'within noise' },
  { name: 'ten that match nothing', told: [idle], goal: 'calls/s at least 0.9' },
  { name: 'one that matches nothing', told: [idle.slice(0, 1)], goal: '' },
]

const columns: readonly Column[] = [
  { key: 'perSecond', title: 'calls/s', show: figure, ratio: true },
  { key: 'p50', title: 'p50 ms', show: figure, ratio: true },
  { key: 'cpu', title: 'live thread µs/call', show: figure, ratio: true },
]

async function tell(peer: Peer, rules: Rules): Promise<void> {
  const answered = once(peer.child, 'message')
  peer.child.send({ rules })
  await answered
}

const ours = (recording: boolean, { upstream, folder }: Setting, name: string): Promise<Peer> =>
  candidates
    .find((candidate) => candidate.name === (recording ? 'ours, recording' : 'ours, off'))!
    .start(upstream, folder, join(folder, `faults-${name}.db`))

/** What rules cost that do nothing: a proxy for each case, in turn, beside the one that never had a rule. */
async function idleCost(recording: boolean, setting: Setting): Promise<{ lines: string[]; figures: object }> {
  const { options, folder } = setting
  const seconds = Math.min(1.5, options.seconds / 4)
  const peers: Peer[] = []
  const lines: string[] = []
  const figures: Record<string, object> = {}
  try {
    for (const { name, told } of cases) {
      const peer = await ours(recording, setting, name)
      peers.push(peer)
      await loadCalls(peer.port, 4, 1, folder)
      for (const rules of told) {
        await tell(peer, rules)
        await loadCalls(peer.port, 4, 1, folder)
      }
    }
    for (const connections of [1, 32]) {
      const results = new Map<string, Figures[]>(cases.map(({ name }) => [name, []]))
      for (let round = 0; round < options.rounds; round++) {
        // each begins in its turn: who comes behind whom is worth some percent
        for (const turn of cases.keys()) {
          const at = (turn + round) % cases.length
          const { name } = cases[at]!
          const { pid, port } = peers[at]!
          const before = liveThreadUs(pid)
          const { total, perSecond, p50 } = await loadCalls(port, connections, seconds, folder)
          results.get(name)!.push({ perSecond, p50, cpu: (liveThreadUs(pid) - before) / total })
        }
      }
      const title = `recording ${recording ? 'on' : 'off'}, ${connections} connection${connections === 1 ? '' : 's'}`
      const compared = compare({ columns }, results, [cases[0]!.name])
      figures[title] = compared.figures
      lines.push('', title, compared.text)
    }
  } finally {
    for (const peer of peers) await peer.stop()
  }
  return { lines, figures }
}

/** How much later than asked calls come, at 100 to 4 calls a second on one connection. */
async function latencyExcess(setting: Setting): Promise<{ lines: string[]; figures: object }> {
  const lines: string[] = []
  const figures: Record<string, object> = {}
  const peer = await ours(false, setting, 'latency')
  try {
    const calls = (seconds: number): Promise<CallTimes> =>
      runLoad<CallTimes>({ mode: 'calls', port: peer.port, connections: 1, seconds })
    const { p50: bare } = await calls(1)
    for (const asked of [5, 50, 200]) {
      await tell(peer, [{ fault: 'latency', match: 'dir:s2c', delay: `${asked}ms` }])
      const { calls: count, least, p50, p95 } = await calls(asked === 200 ? 9 : 4)
      const excess = { least: least - asked, p50: p50 - asked, p95: p95 - asked }
      figures[`latency ${asked} ms`] = { calls: count, bare, ...excess }
      lines.push(
        `latency ${asked} ms: later by ${figure(excess.p50)} ms (p50), ${figure(excess.p95)} ms (p95) of ${count} calls, at least by ${figure(excess.least)} ms; a call without it takes ${figure(bare)} ms; goal: p95 within 3 ms, never early`,
      )
    }
  } finally {
    await peer.stop()
  }
  return { lines, figures }
}

const RATES = { '64kb/s': 64 * 1024, '1mb/s': 1024 * 1024 }
const PACED_SECONDS = 10

/** How far what comes through lies from the rate asked for, both rates at once, each in a proxy of its own. */
async function bandwidthDeviation(setting: Setting): Promise<{ lines: string[]; figures: object }> {
  const measured = await Promise.all(
    Object.entries(RATES).map(async ([rate, perSecond]) => {
      const peer = await ours(false, setting, `bandwidth-${perSecond}`)
      try {
        await tell(peer, [{ fault: 'bandwidth', rate }])
        const { bytes, ms } = await runLoad<BodyResult>({
          mode: 'body',
          port: peer.port,
          bytes: perSecond * PACED_SECONDS,
        })
        return [rate, (bytes / (ms / 1000) / perSecond - 1) * 100] as const
      } finally {
        await peer.stop()
      }
    }),
  )
  return {
    lines: measured.map(
      ([rate, deviation]) =>
        `bandwidth ${rate} over ${PACED_SECONDS} s: ${deviation > 0 ? '+' : ''}${figure(deviation)} %; goal: within 5 %`,
    ),
    figures: Object.fromEntries(measured),
  }
}

/** Rules that do nothing, and how truly those act that do. */
export const faults: Solo = {
  name: 'faults',
  title: 'Fault rules: what idle ones cost, how exact delays and rates are',
  run: async (setting) => {
    const parts = [
      await idleCost(false, setting),
      await idleCost(true, setting),
      await latencyExcess(setting),
      await bandwidthDeviation(setting),
    ]
    const goals = cases.flatMap(({ name, goal }) => (goal === '' ? [] : [`${name}: ${goal}`]))
    return {
      lines: [
        ...parts[0]!.lines,
        ...parts[1]!.lines,
        '',
        `goals: ${goals.join('; ')}; load average ${figure(loadavg()[0])}`,
        '',
        ...parts.slice(2).flatMap(({ lines }) => lines),
      ],
      figures: Object.assign({}, ...parts.map(({ figures }) => figures)) as Record<string, object>,
    }
  },
}
