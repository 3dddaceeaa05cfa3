import { expect, test } from 'vitest'
import { mergeSettings } from '../../src/config/settings.ts'

test('a later source wins, and leaves alone what it does not say', () =>
  expect(mergeSettings({ port: 1, host: 'a' }, { port: 2 }, {})).toEqual({ port: 2, host: 'a' }))

test('things to redact add up', () =>
  expect(mergeSettings({ redactKeys: ['a'], redactPaths: ['p'] }, { redactKeys: ['b'], redactValues: ['v'] })).toEqual({
    redactKeys: ['a', 'b'],
    redactPaths: ['p'],
    redactValues: ['v'],
  }))

test('a later header replaces the earlier one of its name, in any case', () =>
  expect(
    mergeSettings(
      {
        headers: [
          ['X-Key', '1'],
          ['Other', '2'],
        ],
      },
      { headers: [['x-key', '3']] },
    ),
  ).toEqual({
    headers: [
      ['Other', '2'],
      ['x-key', '3'],
    ],
  }))
