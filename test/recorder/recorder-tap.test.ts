import { expect, test } from 'vitest'
import { LossCounter } from '../../src/recorder/loss.ts'
import { Packer } from '../../src/recorder/packer.ts'
import type { PackedBuffer, RecordVisitor } from '../../src/recorder/packing.ts'
import { unpack } from '../../src/recorder/unpack.ts'
import { createRecorderTap } from '../../src/recorder/recorder-tap.ts'
import { decision } from '../support/decision.ts'
import { info } from '../support/recording.ts'

function tapped() {
  const lost = new LossCounter()
  const buffers: PackedBuffer[] = []
  const packer = new Packer((packed) => buffers.push(packed))
  const tap = createRecorderTap(packer, lost, () => undefined)
  return {
    tap,
    lost,
    /** What was packed since the last time, in short. */
    told(): string[] {
      packer.flush()
      const calls: string[] = []
      const say = (name: string) => (connection: unknown) => void calls.push(`${name} ${String(connection)}`)
      const visitor: RecordVisitor = {
        opened: say('opened'),
        upstream: say('upstream'),
        chunk: (connection, { direction, offset }) => void calls.push(`chunk ${connection} ${direction} ${offset}`),
        sent: say('sent'),
        edited: say('edited'),
        ended: say('ended'),
        closed: say('closed'),
        logged: say('logged'),
        note: say('note'),
        decided: ({ rule }) => void calls.push(`decided ${rule}`),
        marker: (id) => void calls.push(`marker ${id}`),
        held: ({ state }) => void calls.push(`held ${state}`),
        loss: ({ chunks, bytes }) => void calls.push(`loss ${chunks} ${bytes}`),
      }
      for (const { buffer, length } of buffers.splice(0)) unpack(buffer, length, visitor)
      return calls
    },
  }
}

const bytes = Buffer.from('12345')

test('addresses chunks by what was received before them', () => {
  const { tap, told } = tapped()
  tap.opened(1, 1, info)
  tap.chunk(1, 'c2s', bytes, 1, 1, true)
  tap.chunk(1, 's2c', bytes, 1, 1, true)
  tap.chunk(1, 'c2s', bytes, 1, 1, false)
  expect(told()).toEqual(['opened 1', 'chunk 1 c2s 0', 'chunk 1 s2c 0', 'chunk 1 c2s 5'])
})

test('counts while nothing is kept, and tells afterwards what ended and what is new', () => {
  const { tap, lost, told } = tapped()
  tap.opened(1, 1, info)
  tap.opened(2, 1, info)
  told()
  lost.begin('full')
  tap.chunk(1, 'c2s', bytes, 5, 5, true)
  tap.sent(1, 'c2s', 5, 5)
  tap.edited(1, 'c2s', 0, 0, bytes, 'host')
  tap.ended(2, 'c2s', 6, { how: 'fin', by: 'client' }, 0)
  tap.closed(2, 7)
  tap.opened(3, 8, info)
  tap.upstream(3, { at: 8 })
  tap.opened(4, 8, info)
  tap.closed(4, 9)
  expect(told()).toEqual([])
  tap.resume(lost.end())
  tap.chunk(1, 'c2s', bytes, 9, 9, true)
  expect(told()).toEqual(['loss 1 5', 'ended 2', 'closed 2', 'opened 3', 'upstream 3', 'chunk 1 c2s 5'])
})

test('tells a new thread of the connections that are open', () => {
  const { tap, lost, told } = tapped()
  tap.opened(1, 1, info)
  tap.opened(2, 1, info)
  tap.closed(2, 1)
  told()
  lost.begin('gone')
  tap.forget()
  tap.resume(lost.end())
  expect(told()).toEqual(['opened 1'])
})

test('a connection never opened is no reason to throw', () => {
  const { tap, told } = tapped()
  tap.chunk(9, 'c2s', bytes, 1, 1, true)
  tap.ended(9, 'c2s', 1, { how: 'fin', by: 'client' }, 0)
  tap.closed(9, 1)
  expect(told()).toEqual([])
})

test('decisions are never among what is lost: they come in order once there is recording again', () => {
  const { tap, lost, told } = tapped()
  tap.opened(1, 1, info)
  lost.begin('test')
  tap.decided({ ...decision, connection: 1 })
  expect(told()).toEqual(['opened 1'])
  tap.resume(lost.end())
  expect(told()).toEqual(['decided slow'])
})
