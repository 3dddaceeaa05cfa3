import { expect, test } from 'vitest'
import { contextAt, takeOver, takeOverSocket } from '../../../src/faults/units/taking-over.ts'
import type { SocketSide } from '../../../src/faults/units/socket-side.ts'
import type { Standing } from '../../../src/pipe/policy.ts'
import { createOutstanding, type Http1Listener, type Http1Splitter } from '../../../src/wire/http1.ts'

const fork = { state: 'boundary' } as Http1Splitter
const listener = {} as Http1Listener
const exchange = (method: string, upgrade = false) => ({ method, upgrade })
const standing = (values: Partial<Standing> = {}): Standing => ({
  fork: () => fork,
  head: null,
  tail: new Uint8Array(0),
  border: true,
  outstanding: { ...createOutstanding(), exchanges: [exchange('POST'), exchange('GET', true)] },
  ...values,
})

test('of what was asked before, only an upgrade is still open for the client’s side', () => {
  const outstanding = createOutstanding()
  expect(takeOver(standing(), 'request', listener, outstanding)).toBe(fork)
  expect(outstanding.exchanges).toEqual([exchange('GET', true)])
  const answers = createOutstanding()
  expect([takeOver(standing(), 'response', listener, answers), answers.exchanges]).toEqual([fork, []])
})

test('where nothing can be gone on from, it is told', () => {
  expect(takeOver(standing({ fork: () => null }), 'request', listener, createOutstanding())).toBe(null)
})

test('a compression that is shared is not known, one of each message is', () => {
  const agreed = (deflate: Standing['outstanding']['deflate']) =>
    standing({ outstanding: { ...createOutstanding(), deflate } })
  const oneWay = agreed({ clientTakeover: false, serverTakeover: true })
  expect([contextAt(oneWay, 'request'), contextAt(oneWay, 'response')]).toEqual([false, 'unknown'])
  expect(contextAt(agreed(null), 'request')).toBe(null)
})

test('frames go on where they stand, from a border, or are lost', () => {
  const told: unknown[] = []
  const side = {
    resume: (_splitter: unknown, open: boolean) => told.push(`resume ${open}`),
    lose: () => told.push('lose'),
  } as unknown as SocketSide
  takeOverSocket(standing({ socket: () => ({ splitter: {} as never, open: true }) }), side)
  takeOverSocket(standing({ border: false }), side)
  takeOverSocket(standing(), side)
  expect(told).toEqual(['resume true', 'lose'])
})
