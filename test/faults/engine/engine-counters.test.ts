import { describe, expect, test } from 'vitest'
import { inject } from '../../../src/faults/inject.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { engineTable, wire } from '../../support/engine.ts'
import { fakeFaults } from '../../support/fake-faults.ts'

const snap = { fault: 'snap', match: 'tool:echo', after: '2 events', times: 1 } as const
const stream = (events: number): string =>
  wire.stream + Array.from({ length: events }, (_, at) => wire.event(wire.result(at))).join('')

/** A stream of so many events, and its end. */
const called = (table: ReturnType<typeof engineTable>, events: number, over = true) => {
  const line = table.open()
  line.push('c2s', wire.post(wire.call(1)))
  line.push('s2c', stream(events) + (over ? wire.last : ''))
  return line
}

describe('a rule that waits for its `after`', () => {
  test('has not fired before it is over, and says so at the end', () => {
    const table = engineTable()
    table.rules(snap)
    called(table, 1)
    expect(table.engine.counters()).toMatchObject([{ matched: 1, fired: 0, state: 'on', lastAt: null }])
    expect(table.engine.neverFired()).toMatchObject([{ id: 'snap' }])
    called(table, 2, false)
    expect(table.engine.counters()).toMatchObject([{ matched: 2, fired: 1, state: 'retired' }])
    expect(table.engine.neverFired()).toEqual([])
  })

  test('does its `times` where it gets so far, and no more than those', () => {
    const table = engineTable()
    table.rules(snap)
    called(table, 1)
    const acted = called(table, 1, false)
    // as often as it is to fire at all it waits already
    const beside = called(table, 3, false)
    acted.push('s2c', wire.event('{}'))
    expect(acted.log.at(-1)).toMatch(/^cut rst both snap/)
    expect(beside.log.some((text) => text.startsWith('cut'))).toBe(false)
    expect(table.engine.counters()).toMatchObject([{ fired: 1, state: 'retired' }])
  })

  test('sets the state of a session when it acts', () => {
    const table = engineTable()
    const { times: _, ...often } = snap
    table.rules(
      { ...often, state: { requires: 'started', sets: 'broken' } },
      { fault: 'drop', match: 'tool:other dir:c2s', state: { requires: 'broken' } },
    )
    const line = called(table, 1, false)
    line.push('c2s', wire.post(wire.call(2, 'other')))
    expect(line.out('c2s')).toContain('"other"')
    line.push('s2c', wire.event('{}'))
    line.push('c2s', wire.post(wire.call(3, 'other')))
    expect(table.decided().at(-1)).toMatch(/^drop message c2s tools\/call other 1: drop/)
  })
})

test('what could not be done is not counted as done, and uses nothing up', () => {
  const table = engineTable({ among: [...fakeFaults, inject] })
  table.rules({ fault: 'inject', message: 'X', match: 'kind:response', times: 1 })
  const line = table.open()
  for (const id of [1, 2]) {
    line.push('c2s', wire.post(wire.call(id)))
    line.push('s2c', wire.ok(wire.result(id)))
  }
  expect(table.engine.counters()).toMatchObject([{ matched: 2, fired: 0, notApplied: 2, state: 'on' }])
  expect(table.decided().map((text) => text.replace(/.*: /, ''))).toEqual(
    Array(2).fill('a whole HTTP message has no room for another'),
  )
  called(table, 2)
  expect(table.engine.counters()).toMatchObject([{ matched: 3, fired: 1, notApplied: 2, state: 'retired' }])
})

test('a fault without a match is about what it means something for', () => {
  const table = engineTable({ among: [...fakeFaults, inject] })
  table.rules({ fault: 'inject', message: 'X', at: 'before', times: 1 })
  const line = called(table, 1)
  expect(table.decided()).toEqual([expect.stringMatching(/^inject message s2c response 1: write/)])
  expect(line.out('s2c')).toContain(`${wire.stream}9\r\ndata: X\n\n\r\n`)
  const stdio = table.open({ transport: 'stdio' })
  table.rules({ id: 'i', fault: 'inject', message: 'X', at: 'before', times: 1 })
  stdio.push('s2c', wire.line('noise') + wire.line(wire.result(1)))
  expect(stdio.out('s2c')).toBe(`noise\nX\n${wire.result(1)}\n`)
  const { match } = parseRule({ fault: 'inject', message: 'X' })
  expect(match).toBeNull()
})
