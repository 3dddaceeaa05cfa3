import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The built program in a process of its own, with a data folder of its own. */
export interface CliProcess {
  readonly child: ChildProcess
  readonly folder: string
  stdout(): string
  stderr(): string
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Starts `mitmcp` with these arguments; ended when the test is over. None of our own variables reach it but those given. */
export const cli = (args: readonly string[], env: Record<string, string> = {}, cwd = ROOT): CliProcess => {
  const folder = temporaryFolder()
  const inherited = Object.entries(process.env).filter(([name]) => !/^(MITMCP_|MCP_|NO_COLOR|npm_|XDG_)/.test(name))
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), XDG_DATA_HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, folder, stdout: () => written.stdout, stderr: () => written.stderr, ended }
}
