/**
 * The stories of the official clients again, in a client that `mitmcp run` has started: this file runs itself in one. Servers are
 * reached over TLS.
 */
import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { goBy } from '../support/both-ways.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { cli } from '../support/cli-process.ts'
import { byEnvironment, type Inside } from '../support/inside-run.ts'
import { makeStranger } from '../support/ways.ts'

const VARIABLE = 'TEST_INSIDE_RUN'
const inside = process.env[VARIABLE]
const path = (from: string): string => fileURLToPath(new URL(from, import.meta.url))

interface Told {
  readonly testResults: readonly {
    /** Why a file could not be run at all. */
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

test.runIf(inside === undefined)(
  'law 34: every story is as direct in a client behind mitmcp run',
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder()
    const stranger = await makeStranger()
    const told = join(folder, 'told.json')
    const db = join(folder, 'capture.db')
    const vitest = [path('../../node_modules/vitest/vitest.mjs'), 'run', '--root', path('../../')]
    const options = ['--testTimeout=20000', '--hookTimeout=30000', '--reporter=json', `--outputFile=${told}`]
    const client = [process.execPath, ...vitest, ...options, 'test/end-to-end/https-run.test.ts']
    const started = cli(['run', '--no-ui', '--db', db, '--ca', stranger.ca, '--', ...client], {
      [VARIABLE]: JSON.stringify({ db, stranger } satisfies Inside),
    })
    const code = await started.ended
    stranger.remove()
    const files = (JSON.parse(readFileSync(told, 'utf8')) as Told).testResults
    expect(files.map(({ message }) => message)).toEqual([''])
    const stories = files.flatMap((file) => file.assertionResults)
    const others = stories
      .filter(({ status }) => status !== 'passed')
      .map(({ fullName, failureMessages }) => [fullName, ...failureMessages])
    // this very test
    expect(others).toEqual([[expect.stringContaining('behind mitmcp run')]])
    expect(stories.length).toBeGreaterThan(25)
    expect([code, started.stderr()]).toEqual([0, expect.not.stringContaining('no traffic seen')])
  },
)

if (inside !== undefined) {
  goBy(byEnvironment(JSON.parse(inside) as Inside))
  await import('./sdk-v1-everything.test.ts')
  await import('./sdk-v2.test.ts')
}
