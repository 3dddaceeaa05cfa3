import { describe, expect, test } from 'vitest'
import { cut } from '../../../src/faults/cut.ts'
import { drop } from '../../../src/faults/drop.ts'
import { idleTimeout } from '../../../src/faults/idle-timeout.ts'
import { slowClose } from '../../../src/faults/slow-close.ts'
import { staleKeepalive } from '../../../src/faults/stale-keepalive.ts'
import { engineTable, wire } from '../../support/engine.ts'

const among = [cut, drop, idleTimeout, slowClose, staleKeepalive]
const midChar = { fault: 'cut', end: 'rst', at: 'mid-char', after: '1 event', match: 'tool:echo' } as const
const NOTE = { jsonrpc: '2.0', method: 'notifications/message' }
const plain = wire.event(JSON.stringify(NOTE))
const wide = wire.event(JSON.stringify({ ...NOTE, params: { data: 'é' } }))

/** An event stream of these events, of which the first makes `after` true. */
function streamed(rule: object, ...events: readonly string[]) {
  const table = engineTable({ among })
  table.rules({ ...midChar, ...rule })
  const line = table.open()
  line.push('c2s', wire.post(wire.call(1)))
  line.push('s2c', wire.stream)
  for (const event of events) line.push('s2c', event)
  return { table, line }
}

describe('a cut that waits for its place', () => {
  test('has not fired until that comes', () => {
    const { table, line } = streamed({}, plain, plain)
    expect(table.engine.counters()).toMatchObject([{ matched: 1, fired: 0, notApplied: 0 }])
    expect(table.decided()).toEqual([])
    line.push('s2c', Buffer.from(wide).toString('latin1'))
    table.clock.advance(10)
    expect(line.log.some((text) => text.startsWith('cut rst both cut'))).toBe(true)
    expect(table.engine.counters()).toMatchObject([{ matched: 1, fired: 1, notApplied: 0 }])
    expect(table.decided()).toEqual([expect.stringMatching(/^cut stream 1: .*cut rst/)])
  })

  test('says why it was not done where that never came', () => {
    const { table, line } = streamed({}, plain, plain, wire.last)
    expect(line.log.some((text) => text.startsWith('cut'))).toBe(false)
    expect(table.engine.counters()).toMatchObject([{ matched: 1, fired: 0, notApplied: 1 }])
    expect(table.engine.neverFired()).toMatchObject([{ id: 'cut' }])
    expect(table.decided()).toEqual(['cut stream 1: not applied: no character of several bytes came by'])
  })

  test('is one of its `times` while it waits, and none once it was for nothing', () => {
    const { table, line } = streamed({ times: 1 }, plain, plain)
    const beside = table.open()
    beside.push('c2s', wire.post(wire.call(1)))
    expect(table.engine.counters()).toMatchObject([{ matched: 1 }])
    line.push('s2c', wire.last)
    line.push('c2s', wire.post(wire.call(2)))
    line.push('s2c', wire.stream + plain + Buffer.from(wide).toString('latin1'))
    expect(table.engine.counters()).toMatchObject([{ matched: 2, fired: 1, state: 'retired' }])
  })

  test('says nothing of its place when its rule goes first', () => {
    const { table } = streamed({}, plain, plain)
    table.rules()
    expect(table.decided()).toEqual(['- cut connection 1: healed'])
  })
})

test.each([
  { fault: 'idle-timeout', idle: '60s' },
  { fault: 'stale-keepalive' },
  { fault: 'slow-close', delay: '1s' },
] as const)('a connection that $fault only waits at was not touched by it', (rule) => {
  const table = engineTable({ among })
  table.rules(rule)
  const line = table.open()
  line.push('c2s', wire.post(wire.call(1)))
  line.push('s2c', wire.ok(wire.result(1)))
  expect(table.engine.counters()).toMatchObject([{ matched: 1, fired: 0, notApplied: 0 }])
  line.close()
  expect(table.decided()).toEqual([])
  expect(table.engine.neverFired()).toHaveLength(1)
})

test('an idle-timeout has fired once its time is up', () => {
  const table = engineTable({ among })
  table.rules({ fault: 'idle-timeout', idle: '60s', end: 'rst' })
  const line = table.open()
  line.push('c2s', wire.post(wire.call(1)))
  table.clock.advance(59_000)
  expect(table.engine.counters()).toMatchObject([{ fired: 0 }])
  table.clock.advance(1010)
  expect(table.engine.counters()).toMatchObject([{ fired: 1 }])
  expect(line.log.at(-1)).toMatch(/^cut rst both idle-timeout/)
  expect(table.decided()).toEqual([expect.stringMatching(/^idle-timeout connection 1: .*cut rst/)])
})

test('what was drawn for nothing is known', () => {
  const table = engineTable({ among })
  table.rules({ fault: 'idle-timeout', idle: '60s', probability: 0.999 })
  table.open().close()
  expect(table.decided()).toEqual(['- idle-timeout connection 1: never came to it'])
})
