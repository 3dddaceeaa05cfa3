// Compiles src with tsc into dist and bundles ui with Vite into dist/ui. `--src` leaves the ui out; `--watch` keeps going.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { chmodSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const require = createRequire(import.meta.url)
const flags = new Set(process.argv.slice(2))
const watch = flags.has('--watch')

const binOf = (name, bin) => join(dirname(require.resolve(`${name}/package.json`)), bin)
const run = (script, args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('exit', (code) => resolve(code ?? 1))
  })

const jobs = [
  run(binOf('typescript', 'bin/tsc'), [
    '-p',
    'config/tools/tsconfig.build.json',
    ...(watch ? ['--watch', '--preserveWatchOutput'] : []),
  ]),
]
if (!flags.has('--src') && existsSync(join(root, 'ui/index.html'))) {
  jobs.push(
    run(binOf('vite', 'bin/vite.js'), [
      'build',
      '--config',
      'config/tools/vite.config.ts',
      '--logLevel',
      'warn',
      ...(watch ? ['--watch'] : []),
    ]),
  )
}
const codes = await Promise.all(jobs)
const main = join(root, 'dist/cli/main.js')
if (existsSync(main)) chmodSync(main, 0o755)
process.exitCode = Math.max(...codes)
