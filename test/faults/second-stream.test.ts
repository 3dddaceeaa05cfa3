import { expect, test } from 'vitest'
import { secondStream } from '../../src/faults/second-stream.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, lineUnit } from '../support/damage.ts'
import { bodyEnd, request } from '../support/http-units.ts'

function session(as: string) {
  const damage = secondStream.stage!(secondStream.options.parse({ as }), {
    draw: () => 0,
    kept: { length: 0, push: () => undefined, take: () => [] },
    notApplied: () => undefined,
    shared: new Map(),
  })
  const unit = (connection: number, direction: 'c2s' | 's2c', changes: object) =>
    actionTexts(damage({ ...(lineUnit('x', changes) as FaultFrame), direction, connection }))
  return {
    get: (connection: number) => unit(connection, 'c2s', request({ verb: 'GET', messages: [] })),
    over: (connection: number) => unit(connection, 's2c', bodyEnd()),
  }
}

test('the first stream passes, and the second is a conflict', () => {
  const { get } = session('409')
  expect(get(1)).toEqual(['pass x\n'])
  expect(get(2)[0]).toMatch(/^reply 409 .*Only one SSE stream/)
})

test('a stream that is over makes room', () => {
  const { get, over } = session('409')
  get(1)
  over(1)
  expect(get(2)).toEqual(['pass x\n'])
})

test('the second one may replace the first', () => {
  const { get } = session('replace')
  get(1)
  expect(get(2)).toEqual(['end 1 fin both', 'pass x\n'])
  expect(get(3)).toEqual(['end 2 fin both', 'pass x\n'])
})

test('the second one may live beside it, silent', () => {
  const { get } = session('both')
  get(1)
  expect(get(2)[0]).toMatch(/^reply HTTP\/1\.1 200 OK\r\nContent-Type: text\/event-stream\r\n/)
})
