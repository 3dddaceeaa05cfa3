import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MODULE = fileURLToPath(new URL('../../dist/cli/raise-signal.js', import.meta.url))

test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('a process ends by %s, also when it listened to it', (signal) => {
  const code = `import { raiseSignal } from ${JSON.stringify(MODULE)}; if ('${signal}' !== 'SIGKILL') process.on('${signal}', () => {}); raiseSignal('${signal}'); setInterval(() => {}, 1000)`
  expect(spawnSync(process.execPath, ['--input-type=module', '-e', code])).toMatchObject({ status: null, signal })
})

test('a process ends by SIGPIPE, which Node ignores', () => {
  const code = `import { raiseSignal } from ${JSON.stringify(MODULE)}; raiseSignal('SIGPIPE'); setInterval(() => {}, 1000)`
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', code], { timeout: 10_000 })
  expect(ended).toMatchObject({ status: null, signal: 'SIGPIPE' })
})
