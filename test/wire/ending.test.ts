import { expect, test } from 'vitest'
import { isBroken, type Ending } from '../../src/wire/ending.ts'

const broken = (how: Ending['how'], by: Ending['by'], direction: 'c2s' | 's2c' = 's2c'): boolean =>
  isBroken({ how, by }, direction)

test.each(['fin', 'rst', 'hang', 'timeout', 'unreachable'] as const)('%s is no proper ending', (how) =>
  expect(broken(how, 'server')).toBe(true),
)

test('what was properly terminated is not broken, whoever did it', () => {
  expect(broken('clean', 'server')).toBe(false)
  expect(broken('clean', 'fault')).toBe(false)
})

test('a process that its client has ended is not broken; one that ended by itself is', () => {
  expect(broken('exit', 'client')).toBe(false)
  expect(broken('exit', 'server')).toBe(true)
})

test('a close frame that complains counts where it was sent first, an orderly one nowhere', () => {
  expect(broken('ws:1011', 'server', 's2c')).toBe(true)
  expect(broken('ws:1011', 'server', 'c2s')).toBe(false)
  expect(broken('ws:1011', 'client', 'c2s')).toBe(true)
  expect(broken('ws:1000', 'server', 's2c')).toBe(false)
})
