import { expect, test } from 'vitest'
import { waitingLine, waitingNotes } from '../../src/cli/waiting.ts'
import { capturedOutput, NOW } from '../support/cli-context.ts'
import { callRow } from '../support/rows.ts'

const slow = callRow({ id: 1, tool: 'slow', requestedAt: NOW - 3_200_000 })
const young = callRow({ id: 2, requestedAt: NOW - 100_000 })

test('the bottom line names waiting calls with their age, not those that have just begun', () =>
  expect(waitingLine([slow, young], NOW, capturedOutput())).toBe('1 waiting: tools/call slow 3.20 s'))

test('nothing waits: no line', () => expect(waitingLine([young], NOW, capturedOutput())).toBe(''))

test('the line fits the terminal', () =>
  expect(waitingLine([slow], NOW, capturedOutput(20, { NO_COLOR: '1' }))).toHaveLength(19))

test('in a file each age is told once, and again for a new call', () => {
  const notes = waitingNotes()
  expect(notes([slow], NOW)).toEqual([])
  expect(notes([slow], NOW + 2e6)).toEqual(['tools/call slow #1 is not answered yet, after 5.20 s'])
  expect(notes([slow], NOW + 3e6)).toEqual([])
  expect(notes([slow], NOW + 27e6)).toEqual(['tools/call slow #1 is not answered yet, after 30.2 s'])
  expect(notes([], NOW + 28e6)).toEqual([])
  expect(notes([slow], NOW + 29e6)).toHaveLength(1)
})
