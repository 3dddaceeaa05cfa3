import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faults } from '../../../src/faults/index.ts'
import type { RuleSource } from '../../../src/faults/rules/rule.ts'
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

describe('answers that no rule can match', () => {
  const stream = (id: number): string => wire.stream + wire.event(wire.result(id))
  const opened = () => {
    const table = engineTable({ among: faults })
    table.rules(drop('method:ping'), drop('tool:search'))
    const line = table.open()
    const ask = (id: number): void => line.push('c2s', wire.post(wire.call(id)))
    /** Whether a stage has kept hold of each read. */
    const answer = (...reads: readonly string[]): boolean[] =>
      reads.map((text) => {
        line.push('s2c', text)
        return line.connection.s2c.waiting
      })
    ask(1)
    answer(stream(1), wire.last)
    ask(2)
    answer(stream(2), wire.last)
    return { table, line, ask, answer }
  }

  test('are let go unseen in event streams too, as far as reads end with events', () => {
    const { ask, answer } = opened()
    ask(3)
    expect(answer(wire.stream, wire.event(wire.result(3)), wire.event(''), wire.last)).toEqual([
      false,
      false,
      false,
      false,
    ])
    ask(4)
    expect(answer(stream(4) + wire.last)).toEqual([false])
    ask(5)
    expect(answer(stream(5) + wire.last.slice(0, 2), wire.last.slice(2))).toEqual([true, true])
    ask(6)
    expect(answer(stream(6), wire.last)).toEqual([false, false])
  })

  test('are known by their like where they are whole', () => {
    const { line, ask, answer } = opened()
    const before = line.likes.length
    ask(3)
    answer(stream(3), wire.last)
    ask(4)
    answer(stream(4) + wire.last)
    expect(line.likes.slice(before)).toEqual([true, false, false, true, true])
  })

  test('are let go unseen in one chunk too', () => {
    const { ask, answer } = opened()
    for (const id of [3, 4]) {
      ask(id)
      answer(inChunks(wire.result(id)))
    }
    ask(5)
    expect(answer(inChunks(wire.result(5)))).toEqual([false])
  })

  test('hide no event that a rule matches, wherever it comes', () => {
    const { table, line, ask, answer } = opened()
    const ping = wire.event(wire.json({ method: 'ping' }))
    ask(3)
    answer(stream(3))
    expect(answer(ping, wire.event(wire.result(3)), wire.last)).toEqual([true, true, true])
    ask(4)
    answer(stream(4) + ping, wire.last)
    ask(5)
    answer(stream(5), ping.slice(0, 20), ping.slice(20), wire.last)
    expect(table.engine.counters()[0]).toMatchObject({ matched: 3, fired: 3 })
    expect(line.out('s2c')).toBe(
      [1, 2, 3, 4, 5].map((id) => stream(id) + (id === 3 ? wire.event(wire.result(3)) : '') + wire.last).join(''),
    )
  })

  test('are seen from where rules change in the middle of them', () => {
    const { table, ask, answer } = opened()
    ask(3)
    answer(stream(3))
    table.rules(drop('method:tools/call dir:s2c kind:response'))
    expect(answer(wire.event(wire.result(3)), wire.last)).toEqual([true, true])
    expect(table.engine.counters()[0]).toMatchObject({ fired: 1 })
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
  (id) => wire.stream + wire.event(wire.result(id)) + wire.last,
  (id) =>
    `${wire.stream}${wire.event('')}${wire.event(wire.json({ id, error: { code: -1, message: 'no' } }))}${wire.last}`,
  (id) => wire.stream + wire.event(wire.result(id)) + wire.event(wire.json({ method: 'ping' })) + wire.last,
  (id) => inChunks(wire.result(id)),
  (id) => inChunks(wire.json({ id, error: { code: -1, message: 'no' } })),
]
const inChunks = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
/** Reads end where events do, or somewhere. */
const inReads = (answer: string, cut: 'no' | 'events' | 'within'): string[] =>
  cut === 'events'
    ? answer.split(/(?<=\n\n\r\n|^[^]*?\r\n\r\n(?=\w+\r\ndata))/)
    : cut === 'within'
      ? [answer.slice(0, 130), answer.slice(130)]
      : [answer]
const traffic = fc.array(
  fc.record({
    line: fc.nat(1),
    ask: fc.constantFrom(...asks),
    fields: fc.constantFrom('', '', '', 'Mcp-Session-Id: s1\r\n', 'X-A: b\r\n'),
    answer: fc.constantFrom(...answers),
    cut: fc.constantFrom(0, 0, 0, 20),
    ahead: fc.constantFrom(false, false, true),
    reads: fc.constantFrom('no', 'no', 'events', 'within'),
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
        for (const { line, ask, fields, answer, cut, ahead, reads } of calls) {
          const to = lines[line]!
          const asked = wire.post(ask, fields)
          const sent = to.out('c2s').length
          if (cut > 0) to.push('c2s', asked.slice(0, cut))
          to.push('c2s', asked.slice(cut))
          // what a rule took out is not answered
          if (to.out('c2s').length > sent)
            due[line]!.push(...inReads(answer(Number(/"id":(\d+)/.exec(ask)?.[1] ?? 0)), reads))
          // some clients ask on without waiting for the answer
          if (!ahead) for (const text of due[line]!.splice(0)) if (text !== '') to.push('s2c', text)
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
