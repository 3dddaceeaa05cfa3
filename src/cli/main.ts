#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { invocation } from './invocation.ts'
import { processOutput } from './output.ts'
import { run } from './run.ts'
import { stopSignal } from './stop-signal.ts'
import { VERSION } from '../version.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

process.exit(
  await run(process.argv.slice(2), {
    env: process.env,
    output: processOutput(),
    command: invocation({ script: process.argv[1] ?? '', env: process.env, cwd: process.cwd(), root }),
    version: VERSION,
    stopping: stopSignal(process),
    now: () => Date.now() * 1000,
    createProxy: async (options) => (await import('../proxy.ts')).createProxy(options),
  }),
)
