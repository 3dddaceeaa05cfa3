import { spawn } from 'node:child_process'
import type { Load } from './load/load.ts'
import { firstLine, peerScript, stop } from './processes.ts'

/** Runs the generator in a process of its own and gives what it found. */
export async function runLoad<Result>(load: Load, withinMs = 300_000): Promise<Result> {
  const child = spawn(process.execPath, [peerScript('load'), JSON.stringify(load)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    return (await firstLine(child, withinMs)) as Result
  } finally {
    await stop(child)
  }
}
