import { expect, test } from 'vitest'
import { drawOf } from '../../../src/faults/draw.ts'
import type { RuleSource } from '../../../src/faults/rules/rule.ts'
import type { Direction } from '../../../src/wire/frame.ts'
import { engineTable, wire } from '../../support/engine.ts'

const RULES: readonly RuleSource[] = [
  { id: 'late', fault: 'latency', delay: '20ms', jitter: '15ms', dist: 'normal', match: 'server:a' },
  { id: 'lost', fault: 'drop', match: 'method:tools/call dir:s2c', probability: 0.3 },
  { id: 'gone', fault: 'gone', match: 'method:tools/list', every: 3, times: 2 },
  { id: 'late-calls', fault: 'latency', delay: '5ms', match: 'tool:search', probability: 0.5, window: '10ms..' },
  { id: 'some', fault: 'drop', match: 'method:ping', per: 'connection', probability: 0.5 },
]

/** Decisions and bytes of a mixed scenario. */
function run(seed: number): string {
  const table = engineTable({ seed })
  table.rules(...RULES)
  const lines = [
    table.open({ server: 'a' }),
    table.open({ server: 'b' }),
    table.open({ transport: 'stdio', server: 'c' }),
  ]
  for (let id = 1; id <= 12; id++) {
    for (const [at, line] of lines.entries()) {
      const method = ['tools/call', 'tools/list', 'ping'][(id + at) % 3]!
      const body = wire.json({ id, method, params: { name: id % 2 === 0 ? 'search' : 'echo' } })
      line.push('c2s', at === 2 ? wire.line(body) : wire.post(body))
      table.clock.advance(7)
      line.push('s2c', at === 2 ? wire.line(wire.result(id)) : wire.ok(wire.result(id)))
    }
  }
  table.clock.advance(1000)
  return JSON.stringify([table.decisions, lines.map(({ log }) => log)])
}

test('the same seed and the same traffic are decided the same, a thousand times', { timeout: 60_000 }, () => {
  const first = run(7)
  expect(JSON.parse(first)[0].length).toBeGreaterThan(20)
  const others = Array.from({ length: 999 }, () => run(7) === first)
  expect(others.filter((same) => !same)).toEqual([])
  expect(run(8)).not.toBe(first)
})

test('what becomes of a message does not depend on what happens beside it', () => {
  const fates = (others: number): string[] => {
    const table = engineTable({ seed: 3 })
    table.rules({ id: 'lost', fault: 'drop', match: 'dir:c2s', probability: 0.5 })
    const line = table.open()
    const beside = Array.from({ length: others }, () => table.open())
    for (let id = 1; id <= 20; id++) {
      line.push('c2s', wire.post(wire.call(id), 'Mcp-Session-Id: one\r\n'))
      for (const [at, other] of beside.entries())
        other.push('c2s', wire.post(wire.call(id, 'x'), `Mcp-Session-Id: ${at}\r\n`))
    }
    return table.decisions.filter(({ connection }) => connection === 1).map(({ draw, scope }) => `${scope} ${draw}`)
  }
  expect(fates(0)).toHaveLength(20)
  expect(fates(5)).toEqual(fates(0))
})

test('ten thousand rules that come and go under traffic lose and repeat nothing', { timeout: 60_000 }, () => {
  const table = engineTable()
  const lines = [table.open({ transport: 'stdio' }), table.open({ server: 'bytes' })]
  const sent = lines.map(() => ({ c2s: '', s2c: '' }))
  const kinds: readonly RuleSource[][] = [
    [{ fault: 'latency', delay: '3ms', jitter: '3ms' }],
    [{ fault: 'keep', many: 5, match: 'transport:stdio' }],
    [
      { fault: 'latency', delay: '2ms', match: 'transport:stdio kind:invalid' },
      { id: 'none', fault: 'drop', match: 'tool:none transport:stdio' },
    ],
    [],
    [
      { id: 'first', fault: 'latency', delay: '1ms', match: 'dir:s2c' },
      { fault: 'keep', many: 2, match: 'transport:stdio' },
      { id: 'last', fault: 'latency', delay: '4ms' },
    ],
  ]
  let drawn = 0
  const pick = (many: number): number => Math.floor(drawOf(1, 'cycles', String(drawn++)) * many)
  for (let cycle = 0; cycle < 10_000; cycle++) {
    if (pick(4) === 0) table.engine.heal()
    else table.rules(...kinds[pick(kinds.length)]!)
    for (let n = pick(4); n > 0; n--) {
      const at = pick(2)
      const direction: Direction = pick(2) === 0 ? 'c2s' : 's2c'
      const text = `${cycle} ${'x'.repeat(pick(30))}${pick(3) === 0 ? '' : '\n'}`
      sent[at]![direction] += text
      lines[at]!.push(direction, text)
    }
    if (pick(3) === 0) table.clock.advance(pick(5))
  }
  table.engine.heal()
  table.clock.advance(1000)
  for (const [at, line] of lines.entries()) {
    for (const direction of ['c2s', 's2c'] as const) {
      expect(line.out(direction).length).toBe(sent[at]![direction].length)
      expect(line.out(direction) === sent[at]![direction]).toBe(true)
      expect(line.connection[direction].waiting).toBe(false)
    }
  }
})
