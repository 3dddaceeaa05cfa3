import { describe, expect, test } from 'vitest'
import { wrapFlags, wrappedCommand } from '../../src/cli/wrapped-command.ts'

describe('a command line wraps a server', () => {
  test.each([
    ['-- node s.js --x', [], ['node', 's.js', '--x']],
    ['stdio -- node -- s.js', [], ['node', '--', 's.js']],
    ['stdio --name a --db b.db -- s', ['--name', 'a', '--db', 'b.db'], ['s']],
    ['--db b.db -- s', ['--db', 'b.db'], ['s']],
    ['stdio --', [], []],
  ])('%s', (line, flags, command) => {
    expect(wrappedCommand(line.split(' '))).toEqual({ flags, command })
  })

  test.each(['stdio node s.js', 'run -- node s.js', 'start -- http://x', 'http://x', ''])('not: %s', (line) => {
    expect(wrappedCommand(line.split(' '))).toBeNull()
  })
})

describe('flags', () => {
  test('say what they say', () => {
    const line = '--name a --db b --record heads --no-redact --redact-key x --redact-key y --redact-value ^a$'
    expect(wrapFlags(line.split(' '))).toEqual({
      name: 'a',
      db: 'b',
      record: 'heads',
      noRedact: true,
      redactKeys: ['x', 'y'],
      redactValues: ['^a$'],
    })
    expect(wrapFlags([])).toEqual({})
    expect(wrapFlags(['--faults', 'rules.yaml', '--seed', '7'])).toEqual({ faults: 'rules.yaml', seed: 7 })
  })

  test.each(['--nane a', '--name', '--record all', '--redact-value (', '--seed many', 'extra'])(
    '%s is refused',
    (line) => {
      expect(() => wrapFlags(line.split(' '))).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
    },
  )
})
