// Everything that must hold before a change goes in: format, lint, types, dead code, package, pure tests. Under a minute.
// A step prints its time; what it said only when it failed. `npm test` runs the rest: sockets, threads, real peers.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Folders of `test/` without sockets, threads or real time, as far as they exist. */
const pure = [
  'architecture.test.ts',
  'errors',
  'errors.test.ts',
  'index.test.ts',
  'wire',
  'filter',
  'faults',
  'pipe',
  'store',
  'recorder',
  'config',
]

const tool = (name) => join(root, 'node_modules/.bin', name)
/** Files in them that run threads. */
const threaded = ['test/recorder/index.test.ts', 'test/recorder/thread.test.ts']
const tests = pure.map((path) => join('test', path)).filter((path) => existsSync(join(root, path)))

const steps = [
  ['format', [tool('oxfmt'), '-c', 'config/tools/oxfmt.json', '--check']],
  [
    'lint',
    [
      tool('oxlint'),
      '-c',
      'config/tools/oxlint.json',
      '--type-aware',
      '--report-unused-disable-directives',
      '-f',
      'unix',
    ],
  ],
  ['types', [tool('tsc'), '-p', 'tsconfig.json']],
  [
    'types ui',
    existsSync(join(root, 'ui/src')) ? [tool('tsc'), '-p', 'config/tools/tsconfig.ui.json', '--noEmit'] : [],
  ],
  ['dead code', [tool('knip'), '-c', 'config/tools/knip.json', '--no-progress', '--no-config-hints']],
  ['build', [process.execPath, 'config/tools/build.mjs']],
  ['package', [tool('publint'), 'run', '--pack', 'false', '--strict']],
  [
    'pure tests',
    [
      tool('vitest'),
      'run',
      '--config',
      'config/tools/vitest.config.ts',
      '--reporter=dot',
      ...threaded.flatMap((file) => ['--exclude', file]),
      ...tests,
    ],
  ],
]

const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }
const run = ([command, ...args]) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env })
    const said = []
    child.stdout.on('data', (chunk) => said.push(chunk))
    child.stderr.on('data', (chunk) => said.push(chunk))
    child.on('error', (error) => resolve({ code: 1, said: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, said: Buffer.concat(said).toString() }))
  })

const only = process.argv.slice(2)
const started = performance.now()
const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(1)} s`
let failed = 0
for (const [name, command] of steps) {
  if (command.length === 0 || (only.length > 0 && !only.includes(name))) continue
  const from = performance.now()
  const { code, said } = await run(command)
  console.log(`${code === 0 ? '  ok  ' : 'FAILED'}  ${name.padEnd(10)} ${seconds(from).padStart(7)}`)
  if (code !== 0) {
    failed++
    console.log(said.replace(/^/gm, '        '))
  }
}
console.log(`${failed === 0 ? 'all fine' : `${failed} failed`} in ${seconds(started)}`)
process.exitCode = failed === 0 ? 0 : 1
