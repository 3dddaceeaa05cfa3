import { defineConfig } from 'vitest/config'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const transports = new URL('../../test/transports/', import.meta.url)
const withLaws = readdirSync(transports).filter(
  (name) => name.endsWith('.test.ts') && readFileSync(new URL(name, transports), 'utf8').includes(`from '../laws/`),
)

/** Suites that compare instants of real sockets, or frames of a real page: one file at a time, with the machine to itself. */
const timed = [
  'test/laws/**/*.test.ts',
  'test/transports/stdio-laws.test.ts',
  ...withLaws.map((name) => `test/transports/${name}`),
  'test/ui/app-pace.browser.test.ts',
]

/** Which way their stories go is a module’s own state. */
const endToEnd = 'test/end-to-end/**/*.test.ts'

export default defineConfig({
  root: fileURLToPath(new URL('../../', import.meta.url)),
  test: {
    globalSetup: ['test/support/build.ts'],
    testTimeout: 20_000,
    // how long a poll may wait for an event on a busy machine; no test measures with it
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 30_000,
    coverage: { include: ['src/**'], provider: 'v8' },
    projects: [
      {
        extends: true,
        test: {
          name: 'plain',
          include: ['test/**/*.test.ts'],
          exclude: [...timed, endToEnd],
          maxWorkers: 2,
          // modules are loaded once in a worker, not once in a file: half the time of the small ones
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'end-to-end', include: [endToEnd], maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      { extends: true, test: { name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
})
