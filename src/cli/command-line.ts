import { fileURLToPath } from 'node:url'
import { reportFailure } from './failure.ts'
import { invocation } from './invocation.ts'
import { processOutput } from './output.ts'
import { raiseSignal } from './raise-signal.ts'
import { run } from './run.ts'
import { stopSignal } from './stop-signal.ts'
import { VERSION } from '../version.ts'

/** Runs one command line in this process, and ends it with the exit code. */
export const runCommandLine = async (args: readonly string[]): Promise<void> => {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const output = processOutput()
  const command = invocation({ script: process.argv[1] ?? '', env: process.env, cwd: process.cwd(), root })
  process.on('uncaughtException', (error) => process.exit(reportFailure(error, output, command)))
  process.exit(
    await run(args, {
      env: process.env,
      output,
      command,
      version: VERSION,
      stopping: stopSignal(process),
      raise: raiseSignal,
      now: () => Date.now() * 1000,
      createForward: async (settings) => (await import('../proxy.ts')).createForward(settings),
      createProxy: async (options) => (await import('../proxy.ts')).createProxy(options),
      createProxies: async (options) => (await import('../proxy.ts')).createProxies(options),
    }),
  )
}
