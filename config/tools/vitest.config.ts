import { defineConfig } from 'vitest/config'
import { fileURLToPath } from 'node:url'

export default defineConfig({
  root: fileURLToPath(new URL('../../', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 20_000,
    // how long a poll may wait for an event on a busy machine; no test measures with it
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 30_000,
    coverage: { include: ['src/**'], provider: 'v8' },
  },
})
