import { expect, test } from 'vitest'
import { faultLines, neededOf } from '../../../src/cli/fault/fault-lines.ts'
import { ruleFromWords } from '../../../src/cli/fault/rule-words.ts'
import { faults, faultOf } from '../../../src/faults/index.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { fakeContext } from '../../support/cli-context.ts'

const linesOf = (type: string): string[] => {
  const fault = faultOf(type)
  if (fault === undefined) throw new Error(type)
  return faultLines(fault, fakeContext())
}

/** The words of a command as a shell gives them, for what `quoted` makes. */
const shellWords = (line: string): string[] =>
  [...line.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, inner, bare]) => inner?.replaceAll(`'\\''`, `'`) ?? bare ?? '',
  )

test('a fault tells what it does, where, its options with their defaults, and how it is put in force', () =>
  expect(linesOf('cut').join('\n'))
    .toBe(`cut ends a connection: properly, with a close, a reset, or silence, between frames or within one.

  level     Connections
  acts on   http, sse, websocket, stdio, opaque
  once per  stream

Options:
  --end clean|fin|rst|hang|ws:<code>              How it ends: clean (properly terminated), fin (closed without the terminator), rst (reset), hang (silent, stays open), ws:<code>; default fin
  --at boundary|mid-event|mid-char|after-headers  Where in the traffic; default boundary
  --stream get|post|any                           Only event streams opened by this verb; default any
  --side both|client|server                       Whose connection is ended: the client’s, the server’s, or both; default both

For example:
  npx mitmcp fault add cut --after '2 events' --end rst
    ends all traffic to the client with a reset, after 2 events
  npx mitmcp fault add cut
    ends all traffic to the client with a close`))

test.each(faults.map(({ type }) => [type]))('the examples of %s can be typed', (type) => {
  const examples = linesOf(type).filter((line) => line.startsWith('  npx mitmcp fault add '))
  expect(examples.length).toBeGreaterThan(0)
  for (const line of examples) expect(ruleFromWords(shellWords(line).slice(4)).fault.type).toBe(type)
})

test.each(faults.map((fault) => [fault.type, fault] as const))('the shortest %s holds', (_, fault) =>
  expect(parseRule(neededOf(fault)).fault).toBe(fault),
)
