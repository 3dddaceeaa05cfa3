import { expect, test } from 'vitest'
import { pieces } from '../../../src/faults/pieces.ts'
import { SharedContext } from '../../../src/faults/units/shared-context.ts'
import { SocketUnit } from '../../../src/faults/units/socket-unit.ts'
import type { LiveSubject } from '../../../src/faults/units/subject.ts'
import type { PipeEvent } from '../../../src/pipe/action.ts'
import { bytesOf } from '../../../src/pipe/action.ts'

type Frame = Extract<PipeEvent, { kind: 'frame' }>

/** Messages `0`, `1`, … of four bytes each, as they come: `[c0]` compressed, `0` in the clear. */
function sequence(count: number) {
  const context = new SharedContext()
  const events = Array.from({ length: count }, (_, n): Frame => {
    const raw = Buffer.concat([Buffer.from([0xc1]), Buffer.from(`c${n} `)])
    const unit = new SocketUnit({
      direction: 's2c',
      subject: {} as LiveSubject,
      exchange: null,
      raw,
      opcode: 1,
      key: null,
      payload: Buffer.from(String(n)),
      context: 'shared',
      lead: 2,
    })
    context.came(n * 4, 4, raw, unit)
    return { kind: 'frame', at: 0, offset: n * 4, frame: { kind: 'message', raw, payload: raw }, meaning: unit }
  })
  const leave = (event: PipeEvent): string => {
    const left = context.leaves(event)
    const bytes = left === null ? null : bytesOf(left)
    return bytes == null
      ? '-'
      : Buffer.from(bytes)
          .toString('latin1')
          .replace(/[\x81\xc1]\x01?/, '')
  }
  return { context, events, leave, all: (...order: number[]) => order.map((n) => leave(events[n]!)) }
}

test('in order and whole, messages leave as they came', () => {
  const { all, context } = sequence(3)
  expect([all(0, 1, 2), context.broken, context.busy]).toEqual([['c0 ', 'c1 ', 'c2 '], false, false])
})

test('behind one that was left out, they leave in the clear', () => {
  const { all, context } = sequence(4)
  expect([all(0, 2, 3), context.broken]).toEqual([['c0 ', '2', '3'], true])
})

test('out of their order too, but for what came before', () => {
  expect(sequence(4).all(0, 2, 1, 3)).toEqual(['c0 ', '2', '1', '3'])
})

test('a second time in the clear: the first is not undone by it', () => {
  const { all, context } = sequence(3)
  expect([all(0, 0, 0, 1, 2), context.broken]).toEqual([['c0 ', '0', '0', 'c1 ', 'c2 '], false])
})

test('behind one that was changed, in the clear', () => {
  const { events, leave } = sequence(2)
  const raw = Buffer.from('\x81\x01X', 'latin1')
  expect([leave({ ...events[0]!, frame: { ...events[0]!.frame, raw }, span: 4 }), leave(events[1]!)]).toEqual([
    'X',
    '1',
  ])
})

test('one whose framing alone was changed is as it was', () => {
  const { events, leave } = sequence(2)
  const raw = Buffer.from('\xc1fragments', 'latin1')
  const other = { ...events[0]!, frame: { ...events[0]!.frame, raw } }
  expect([leave(other), leave(events[1]!)]).toEqual(['fragments', 'c1 '])
})

test('in pieces as whole: in the clear at once, where that is what it takes', () => {
  const { events, leave } = sequence(3)
  const cut = (n: number): string[] => pieces(events[n]!, [2]).map((event) => leave(event))
  expect([cut(0), cut(0), cut(2)]).toEqual([
    ['c', '0 '],
    ['0', '-'],
    ['2', '-'],
  ])
})

test('what has come and will not leave is known as soon as nothing waits', () => {
  const { context, all } = sequence(2)
  all(0)
  expect([context.busy, context.broken]).toEqual([true, false])
  context.idle()
  expect([context.busy, context.broken]).toEqual([false, true])
})

test('what is no message of it leaves as it is', () => {
  const { leave, context } = sequence(1)
  expect(leave({ kind: 'chunk', at: 0, offset: 100, bytes: Buffer.from('ping') })).toBe('ping')
  expect(context.leaves({ kind: 'tick', at: 0, token: 1 })).toEqual({ kind: 'tick', at: 0, token: 1 })
})
