import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of the bench that listens. */
export interface Peer {
  readonly pid: number
  readonly port: number
  readonly child: ChildProcess
  stop(): Promise<void>
}

const startWithinMs = 20_000

/** Path of one of the processes in `peers/`, as compiled. */
export const peerScript = (name: string): string => fileURLToPath(new URL(`peers/${name}.js`, import.meta.url))

/** First line a child prints on stdout, as JSON; fails when the child ends or takes too long. */
export function firstLine(child: ChildProcess, withinMs = startWithinMs): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${child.spawnargs.join(' ')}: says nothing`)), withinMs)
    const lines = createInterface(child.stdout!)
    lines.once('line', (line) => {
      clearTimeout(timer)
      resolve(JSON.parse(line) as Record<string, unknown>)
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`${child.spawnargs.join(' ')}: ended with ${code ?? signal}`))
    })
  })
}

/** Ends a child by SIGTERM, after five seconds by SIGKILL. */
export function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

/** A Node process of `peers/` that prints `{"port":…}` when it listens. */
export async function startPeer(name: string, args: readonly string[] = []): Promise<Peer> {
  const child = spawn(process.execPath, [peerScript(name), ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const { port } = await firstLine(child)
  return { pid: child.pid!, port: port as number, child, stop: () => stop(child) }
}

/** CPU seconds a process has used, all its threads, user and system. Ticks are 10 ms on every Linux Node runs on. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** CPU µs its first thread has used, which traffic goes through; to the nanosecond. */
export const liveThreadUs = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000

/** Resident memory in MiB: now, and the most since `resetPeak`. */
export function memory(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024
  return { now: field('VmRSS'), peak: field('VmHWM') }
}

/** From now on `peak` counts anew. */
export const resetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

/** Waits until a process has used next to no CPU for a quarter of a second: what it had queued is done. Bounded by `withinMs`. */
export async function idle(pid: number, withinMs = 20_000): Promise<void> {
  const until = performance.now() + withinMs
  let quiet = 0
  for (let before = cpuSeconds(pid); quiet < 5 && performance.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const after = cpuSeconds(pid)
    quiet = after - before < 0.011 ? quiet + 1 : 0
    before = after
  }
}
