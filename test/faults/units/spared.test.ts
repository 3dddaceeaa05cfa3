import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faults } from '../../../src/faults/index.ts'
import type { RuleSource } from '../../../src/faults/rule.ts'
import { engineTable, wire, type EngineLine } from '../../support/engine.ts'

const drop = (match: string, more: Partial<RuleSource> = {}): RuleSource => ({
  id: match.replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, ''),
  fault: 'drop',
  match,
  ...more,
})

/** One call after the other on one connection; gives after each chunk whether a stage has kept hold of it. */
function calls(line: EngineLine, ...tools: readonly string[]): boolean[][] {
  return tools.map((tool, id) => {
    line.push('c2s', wire.post(wire.call(id, tool)))
    const asking = line.connection.c2s.waiting
    line.push('s2c', wire.ok(wire.result(id)))
    return [asking, line.connection.s2c.waiting]
  })
}

describe('messages that no rule can match', () => {
  test('are let go unseen once there was one like them', () => {
    const table = engineTable({ among: faults })
    table.rules(drop('tool:search dir:c2s'), drop('tool:search dir:s2c'))
    const line = table.open()
    expect(calls(line, 'echo', 'echo', 'echo', 'other')).toEqual([
      [true, true],
      [false, true],
      [false, false],
      // its length has as many digits
      [false, false],
    ])
    expect(line.out('c2s')).toBe(
      ['echo', 'echo', 'echo', 'other'].map((tool, id) => wire.post(wire.call(id, tool))).join(''),
    )
  })

  test.each(['search', String.raw`s\u0065arch`])('do not hide one that a rule matches: %s', (tool) => {
    const table = engineTable({ among: faults })
    table.rules(drop('tool:search dir:c2s'))
    const line = table.open()
    calls(line, 'echo', 'echo', 'echo')
    line.push('c2s', wire.post(wire.call(7, 'echo').replace('echo', tool)))
    expect(table.decided()).toEqual([expect.stringContaining('tools/call search 1: drop')])
  })

  test('are seen while a rule is at work, and when rules have changed', () => {
    const table = engineTable({ among: faults })
    table.rules(drop('tool:search'))
    const line = table.open()
    calls(line, 'echo', 'echo', 'echo')
    table.rules(drop('tool:echo dir:c2s'))
    expect(calls(line, 'echo')[0]?.[0]).toBe(true)
    expect(table.engine.counters()).toMatchObject([{ fired: 1 }])
  })

  test('are let go again once what is known of their session has changed', () => {
    const table = engineTable({ among: faults })
    table.rules(drop('client:nobody dir:c2s'))
    const line = table.open()
    calls(line, 'echo', 'echo')
    line.push('c2s', wire.post(initialize))
    line.push('s2c', wire.ok(wire.result(0)))
    expect(calls(line, 'echo', 'echo').map(([asking]) => asking)).toEqual([true, false])
  })

  test('are seen where what a rule asks for is not among words', () => {
    const table = engineTable({ among: faults })
    table.rules(drop('id:3'))
    const line = table.open()
    expect(calls(line, 'echo', 'echo', 'echo').flat()).toEqual([true, true, true, true, true, true])
    calls(line, 'echo', 'echo', 'echo', 'echo')
    expect(table.engine.counters()).toMatchObject([{ fired: 2 }])
  })
})

test('what requests said that were let go is known when their answers are seen, also of several at once', () => {
  const table = engineTable({ among: faults })
  table.rules(drop('code:-1 dir:s2c'))
  const line = table.open()
  calls(line, 'echo', 'echo')
  for (const [id, tool] of ['name', 'find', 'list'].entries()) {
    line.push('c2s', wire.post(wire.call(id, tool)))
    expect(line.connection.c2s.waiting).toBe(false)
  }
  for (const id of [0, 1, 2]) line.push('s2c', wire.ok(wire.json({ id, error: { code: -1, message: 'no' } })))
  expect(table.decided()).toEqual(
    ['name', 'find', 'list'].map((tool) => expect.stringContaining(`tools/call ${tool} 1`)),
  )
})

const rules: readonly RuleSource[] = [
  drop('tool:search dir:c2s'),
  drop('tool:search dir:s2c'),
  drop('method:tools/call -tool:echo dir:s2c', { probability: 0.5 }),
  drop('client:inspector* dir:s2c', { every: 2 }),
  drop('client:inspector* tool:echo'),
  drop('header:x-a dir:c2s', { nth: 2 }),
  drop('kind:error dir:s2c'),
  drop('code:-1 dir:s2c', { per: 'session' }),
  drop('session:s1 method:ping', { probability: 0.5 }),
  drop('era:stateless dir:c2s'),
  drop('method:sampling/createMessage'),
  drop('kind:response dir:c2s'),
  drop('status:404'),
]

const initialize =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"inspector","version":"1"}}}'
const stateless =
  '{"jsonrpc":"2.0","id":8,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}'
const asks = [
  wire.call(1),
  wire.call(2, 'search'),
  wire.call(3, String.raw`\u0065cho`),
  wire.json({ id: 4, method: 'ping' }),
  wire.json({ id: 'of the server', result: {} }),
  initialize,
  stateless,
]
/** Each to the id that was asked with. */
const answers: readonly ((id: number) => string)[] = [
  (id) => wire.ok(wire.result(id)),
  (id) => wire.ok(wire.json({ id, error: { code: -1, message: 'no' } })),
  (id) => wire.ok(wire.result(id), 'Mcp-Session-Id: s1\r\n'),
  (id) => wire.ok(wire.result(id)).replace('200 OK', '404 No'),
  (id) =>
    wire.stream +
    wire.event(wire.json({ id: 'of the server', method: 'sampling/createMessage' })) +
    wire.event(wire.result(id)) +
    wire.last,
]
const traffic = fc.array(
  fc.record({
    line: fc.nat(1),
    ask: fc.constantFrom(...asks),
    fields: fc.constantFrom('', '', '', 'Mcp-Session-Id: s1\r\n', 'X-A: b\r\n'),
    answer: fc.constantFrom(...answers),
    cut: fc.constantFrom(0, 0, 0, 20),
    ahead: fc.constantFrom(false, false, true),
  }),
  { minLength: 1, maxLength: 40 },
)

test('sparing them changes no decision, no byte and no count', () => {
  fc.assert(
    fc.property(fc.subarray([...rules]), traffic, (chosen, calls) => {
      // where requests may bring rules along, nothing is spared
      const [one, other] = [false, true].map((headers) => {
        const table = engineTable({ headers, among: faults })
        table.rules(...chosen)
        const lines = [table.open(), table.open()]
        expect(table.notices).toEqual([])
        const due: [string[], string[]] = [[], []]
        for (const { line, ask, fields, answer, cut, ahead } of calls) {
          const to = lines[line]!
          const asked = wire.post(ask, fields)
          if (cut > 0) to.push('c2s', asked.slice(0, cut))
          to.push('c2s', asked.slice(cut))
          due[line]!.push(answer(Number(/"id":(\d+)/.exec(ask)?.[1] ?? 0)))
          // some clients ask on without waiting for the answer
          if (!ahead) for (const text of due[line]!.splice(0)) to.push('s2c', text)
        }
        table.clock.advance(0)
        return {
          decisions: table.decisions,
          counters: table.engine.counters(),
          edits: table.edits,
          out: lines.flatMap((line) => [line.out('c2s'), line.out('s2c')]),
        }
      })
      expect(one).toEqual(other)
    }),
    { numRuns: 300 },
  )
})
