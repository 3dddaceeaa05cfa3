import { expect, test } from 'vitest'
import { Gathered } from '../../src/wire/gathered.ts'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

test('spans that touch are taken as one part of their chunk', () => {
  const gathered = new Gathered()
  const chunk = Buffer.from('abcdef')
  gathered.add(chunk, 1, 3)
  gathered.add(chunk, 3, 3)
  gathered.add(chunk, 3, 5)
  const taken = gathered.take()
  expect([text(taken), taken.buffer, gathered.length]).toEqual(['bcde', chunk.buffer, 0])
})

test('spans apart, and of several chunks, are taken as a copy', () => {
  const gathered = new Gathered()
  gathered.add(Buffer.from('abcdef'), 0, 2)
  gathered.add(Buffer.from('ghi'), 2, 3)
  expect([gathered.length, text(gathered.take()), text(gathered.take())]).toEqual([3, 'abi', ''])
})

test('what is kept outlives its chunk, also what was left behind a take', () => {
  const gathered = new Gathered()
  for (const part of ['abc', 'def']) {
    const chunk = Buffer.from(part)
    gathered.add(chunk, 0, 3)
    expect(text(gathered.take(1))).toBe(part === 'abc' ? 'a' : 'b')
    gathered.keep()
    chunk.fill(0)
  }
  expect([gathered.length, text(gathered.take(2)), text(gathered.take())]).toEqual([4, 'cd', 'ef'])
})

test('a look at the beginning takes nothing', () => {
  const gathered = new Gathered()
  gathered.add(Buffer.from('abc'), 0, 3)
  gathered.add(Buffer.from('def'), 0, 3)
  expect([text(gathered.peek(4)), text(gathered.peek(10)), gathered.length]).toEqual(['abcd', 'abcdef', 6])
})
