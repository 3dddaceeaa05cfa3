import { expect, test } from 'vitest'
import { shownArgs } from '../../src/recorder/shown-args.ts'

test.each([
  ['server.js --api-key sk-1 --root .', 'server.js --api-key *** --root .'],
  ['--token=abc --name=x', '--token=*** --name=x'],
  ['API_KEY=abc GITHUB_TOKEN=b HOME=/x', 'API_KEY=*** GITHUB_TOKEN=*** HOME=/x'],
  ['--password --verbose', '--password --verbose'],
  ['--author me', '--author me'],
])('%s is recorded as %s', (given, shown) => {
  expect(shownArgs(given.split(' ')).join(' ')).toBe(shown)
})
