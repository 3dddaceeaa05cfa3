import { defineConfig, mergeConfig } from 'vitest/config'
import settings from './vitest.config.ts'

/** `npm run coverage`. The bounds are the style's: whole for rooms that are pure, nine tenths overall. */
export default mergeConfig(
  settings,
  defineConfig({
    test: {
      coverage: {
        enabled: true,
        provider: 'v8',
        include: ['src/**'],
        reporter: ['text', 'json-summary'],
        thresholds: {
          lines: 90,
          statements: 90,
          'src/wire/**': { 100: true },
          'src/pipe/**': { 100: true },
        },
      },
    },
  }),
)
