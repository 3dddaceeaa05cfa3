import { expect, test } from 'vitest'
import { fasterRule } from '../../../src/faults/rules/faster.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import type { RuleSource } from '../../../src/faults/rules/rule.ts'

const faster = (source: RuleSource, times = 60) => fasterRule(parseRule(source), times)

test('divides options that are time spans', () => {
  expect(faster({ fault: 'latency', delay: '2m', jitter: '90s', correlation: 0.5 })).toEqual({
    fault: 'latency',
    delay: '2s',
    jitter: '1500ms',
    correlation: 0.5,
  })
})

test('divides one of several kinds of value only where it is a time span', () => {
  expect(faster({ fault: 'buffer', until: '30s' })).toMatchObject({ until: '500ms' })
  expect(faster({ fault: 'buffer', until: '64kb' })).toMatchObject({ until: '64kb' })
  expect(faster({ fault: 'buffer', until: 'end' })).toMatchObject({ until: 'end' })
})

test('divides the times of the envelope, and no counts', () => {
  const drop = { fault: 'drop', for: '10m', window: '1m..', after: '30s' } as const
  expect(faster(drop)).toEqual({ fault: 'drop', for: '10s', window: '1s..', after: '500ms' })
  expect(faster({ fault: 'drop', window: '..3s', after: '3 messages' })).toMatchObject({
    window: '..50ms',
    after: '3 messages',
  })
  expect(faster({ fault: 'drop', window: '60s..2m' })).toMatchObject({ window: '1s..2s' })
})

test('leaves rates, sizes and texts that look like time spans', () => {
  const source = { fault: 'inject', message: '60s' } as const
  expect(faster(source)).toEqual(source)
  expect(faster({ fault: 'bandwidth', rate: '64kb/s', burst: '1mb' })).toEqual({
    fault: 'bandwidth',
    rate: '64kb/s',
    burst: '1mb',
  })
})

test('goes down to a millisecond, and leaves nothing as it is', () => {
  expect(faster({ fault: 'latency', delay: '5ms', jitter: '0ms' })).toMatchObject({ delay: '1ms', jitter: '0ms' })
})

test('gives the rule as it is for 1, and refuses less', () => {
  const source = { fault: 'latency', delay: '5ms' } as const
  expect(faster(source, 1)).toBe(source)
  for (const times of [0.5, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => faster(source, times)).toThrow('faster: must be a number, at least 1')
})
