import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requestBody } from '../load/calls.ts'
import type { CallResult } from '../load/load.ts'
import { runLoad } from '../generator.ts'
import { cpuSeconds, idle } from '../processes.ts'
import type { Suite } from '../suite.ts'
import { figure } from '../table.ts'

const script = (result: string): string => `
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.body = [[${requestBody}]]
done = function(summary, latency, requests)
  local e = summary.errors
  local file = io.open("${result}", "w")
  file:write(string.format('{"calls":%d,"us":%d,"p50":%f,"p99":%f,"errors":%d}', summary.requests, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, e.connect + e.read + e.write + e.status + e.timeout))
  file:close()
end
`

const hasWrk = ((): boolean => {
  try {
    execFileSync('sh', ['-c', 'command -v wrk'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** `wrk` costs a tenth of the generator in Node, so more is left of the machine for the candidate. */
async function wrk(port: number, connections: number, seconds: number, folder: string): Promise<CallResult> {
  const lua = join(folder, 'wrk.lua')
  const result = join(folder, 'wrk.json')
  writeFileSync(lua, script(result))
  const child = spawn(
    'wrk',
    ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', lua, `http://127.0.0.1:${port}/mcp`],
    { stdio: 'ignore', timeout: (seconds + 30) * 1000 },
  )
  await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject))
  const { calls, us, p50, p99, errors } = JSON.parse(readFileSync(result, 'utf8')) as Record<string, number>
  if (errors! > 0) throw new Error(`wrk saw ${errors} errors`)
  return { calls: calls!, total: calls!, perSecond: (calls! / us!) * 1e6, p50: p50!, p99: p99! }
}

/** Calls on one connection by the own generator, on several by `wrk` where it is installed. */
export const loadCalls = (port: number, connections: number, seconds: number, folder: string): Promise<CallResult> =>
  connections > 1 && hasWrk
    ? wrk(port, connections, seconds, folder)
    : runLoad<CallResult>({ mode: 'calls', port, connections, seconds })

/** Small POST calls, kept alive. One connection: one call at a time, exact percentiles. Thirty-two: what it can carry. */
const calls = (connections: number): Suite => ({
  name: 'calls',
  title: `Small POST calls, ${connections} connection${connections === 1 ? '' : 's'} (${connections > 1 && hasWrk ? 'wrk' : 'own generator'})`,
  columns: [
    { key: 'perSecond', title: 'calls/s', show: figure, ratio: true },
    { key: 'p50', title: 'p50 ms', show: figure, ratio: true },
    { key: 'p99', title: 'p99 ms', show: figure },
    { key: 'cpu', title: 'CPU s/1,000 calls', show: figure, ratio: true },
  ],
  measure: async (peer, { options, folder }) => {
    const load = (seconds: number): Promise<CallResult> => loadCalls(peer.port, connections, seconds, folder)
    await load(1)
    await idle(peer.pid)
    const before = cpuSeconds(peer.pid)
    const { total, perSecond, p50, p99 } = await load(options.seconds)
    await idle(peer.pid)
    return { perSecond, p50, p99, cpu: ((cpuSeconds(peer.pid) - before) / total) * 1000 }
  },
})

export const oneConnection = calls(1)
export const manyConnections = calls(32)
