import { describe, expect, test } from 'vitest'
import { EditedLines } from '../../src/transports/edited-lines.ts'

const edit = { from: 0, to: 1, bytes: Buffer.from('x'), rule: 'host' }
const lines = new EditedLines({ names: ['host'], line: () => edit, insert: [] })
const routed = new EditedLines({ names: [], line: () => edit, start: () => edit, insert: [] })

describe('lines of a head', () => {
  test.each([
    ['Host: a\r\n', false, false],
    ['host: a\r\n', false, false],
    ['Hat: a\r\n', false, false],
    ['Accept: a\r\n', false, true],
    ['Content-Length: 1\r\n', false, true],
    ['Content-Length: 1\r\n', true, false],
    [' folded\r\n', false, true],
    ['\r\n', false, true],
  ])('%j in a message that is kept (%s) passes by its first letter: %s', (line, kept, expected) => {
    expect(lines.passes(line.charCodeAt(0), false, kept)).toBe(expected)
  })

  test('start lines pass where nobody edits them', () => {
    expect([lines.starts, lines.passes(80, true, false), lines.start(Buffer.from('P'))]).toEqual([false, true, null])
    expect([routed.starts, routed.passes(80, true, false), routed.start(Buffer.from('P'))]).toEqual([true, false, edit])
  })

  test('lengths have a name only in a message that is kept', () => {
    const line = Buffer.from('Content-Length: 1\r\n')
    expect(lines.nameOf(line, false)).toBeUndefined()
    expect(lines.nameOf(line, true)).toBe('content-length')
    expect([lines.mayBe(Buffer.from('Con'), false), lines.mayBe(Buffer.from('Con'), true)]).toEqual([false, true])
  })

  test('are edited by name', () => {
    const line = Buffer.from('Host: a\r\n')
    expect(lines.edit(lines.nameOf(line, false), line)).toBe(edit)
    expect(lines.edit(undefined, line)).toBeNull()
  })
})
