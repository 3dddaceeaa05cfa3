import { expect, test } from 'vitest'
import { hugeLine } from '../../src/faults/huge-line.ts'
import { damageOf } from '../support/damage.ts'

test('a message of just that size stands in front of one that matches', () => {
  const [first, second] = damageOf(hugeLine, { size: '1kb' }).unit('{}')
  const bytes = first?.do === 'write' ? Buffer.from(first.bytes) : Buffer.alloc(0)
  expect(bytes).toHaveLength(1024)
  expect(bytes.at(-1)).toBe(10)
  expect(JSON.parse(bytes.toString())).toMatchObject({ method: 'notifications/message' })
  expect(second?.do).toBe('pass')
})

test('asks for a size that can be', () => {
  expect(['100b', '1gb'].map((size) => hugeLine.options.safeParse({ size }).success)).toEqual([false, false])
})
