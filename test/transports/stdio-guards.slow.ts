import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'

const path = (from: string): string => fileURLToPath(new URL(from, import.meta.url))

interface Told {
  readonly testResults: readonly { readonly assertionResults: readonly { fullName: string; status: string }[] }[]
}

/** What must not hold of a wrapper that does everything wrong. */
const FAILS = [
  /law 24.* what is not UTF-8/,
  /law 24.* what has no final newline/,
  /law 25.* stderr passes untouched/,
  /law 25.* exit code 3/,
  /law 25.* a server that dies of SIGTERM/,
  /law 25.* the end of the input is the server’s/,
  /law 26.* a command that is not there is told on stderr/,
]

it('laws 24 to 26 can fail: a wrapper that does everything wrong keeps none of them', async () => {
  const told = join(temporaryFolder(), 'told.json')
  const vitest = [path('../../node_modules/vitest/vitest.mjs'), 'run', '--root', path('../../')]
  const options = [
    '--testTimeout=6000',
    '--reporter=json',
    `--outputFile=${told}`,
    'test/transports/stdio-laws.test.ts',
  ]
  const env = { ...process.env, TEST_STDIO_WRAPPER: path('../fixtures/flawed-wrapper.mjs') }
  const child = spawn(process.execPath, [...vitest, ...options], { env, stdio: 'ignore' })
  expect((await once(child, 'close'))[0]).toBe(1)
  const { testResults } = JSON.parse(readFileSync(told, 'utf8')) as Told
  const failed = testResults.flatMap((file) => file.assertionResults).filter(({ status }) => status === 'failed')
  const unseen = FAILS.filter((law) => !failed.some(({ fullName }) => law.test(fullName)))
  expect(unseen).toEqual([])
})
