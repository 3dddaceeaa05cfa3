import { expect, test } from 'vitest'
import { parseRule } from '../../src/faults/rules/parse.ts'
import { slowStart } from '../../src/faults/slow-start.ts'

test('is as late as asked', () => {
  expect(slowStart.starting?.({ delay: 2000 }, { draw: () => 0 })).toBe(2000)
  expect(slowStart.explain({ delay: 2000 })).toBe('starts the server process 2 s late')
})

test('cannot be about messages: nothing has been said yet', () => {
  expect(() => parseRule({ fault: 'slow-start', delay: '1s', match: 'method:tools/call' })).toThrow(
    /acts before anything is said/,
  )
})
