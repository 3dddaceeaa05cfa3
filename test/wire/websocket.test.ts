import { expect, test } from 'vitest'
import { createWebSocketSplitter, webSocketKind, type WebSocketListener } from '../../src/wire/websocket.ts'
import { masked, OPCODE, wsFrame } from '../support/websocket-frames.ts'

/** What the splitter told, in words. */
function told(...chunks: readonly Buffer[]): { words: string[]; state: string } {
  const words: string[] = []
  const span = (name: string) => (chunk: Uint8Array, from: number, to: number) =>
    void words.push(`${name} ${Buffer.from(chunk.subarray(from, to)).toString('hex')}`)
  const listener: WebSocketListener = {
    headSpan: span('head'),
    begin: ({ opcode, length }) => void words.push(`begin ${opcode} ${length}`),
    payload: (chunk, from, to, at) =>
      void words.push(`${at}: ${Buffer.from(chunk.subarray(from, to)).toString('hex')}`),
    end: () => void words.push('end'),
    lost: () => void words.push('lost'),
    opaque: span('opaque'),
  }
  const splitter = createWebSocketSplitter(listener)
  for (const chunk of chunks) splitter.push(chunk)
  return { words, state: splitter.state }
}

test('tells head, payload and end of each frame, in the order of the bytes', () => {
  expect(told(Buffer.from('8102484989008a0161', 'hex')).words).toEqual([
    'head 8102',
    'begin 1 2',
    '0: 4849',
    'end',
    'head 8900',
    'begin 9 0',
    'end',
    'head 8a01',
    'begin 10 1',
    '0: 61',
    'end',
  ])
})

test('tells how far into the payload a piece begins', () => {
  const frame = masked(OPCODE.text, 'Hello')
  expect(told(frame.subarray(0, 3), frame.subarray(3, 8), frame.subarray(8)).words).toEqual([
    'head 818537',
    'head fa213d',
    'begin 1 5',
    '0: 7f9f',
    '2: 4d5158',
    'end',
  ])
})

test('says where it stands', () => {
  expect(told().state).toBe('boundary')
  expect(told(Buffer.from('81', 'hex')).state).toBe('head')
  expect(told(Buffer.from('810548', 'hex')).state).toBe('payload')
  expect(told(wsFrame(1, 'x')).state).toBe('boundary')
  expect(told(Buffer.from('827fffffffffffffffff', 'hex')).state).toBe('opaque')
})

test('is lost behind a length it cannot count, for good', () => {
  const endless = Buffer.from('827fffffffffffffffff8900', 'hex')
  expect(told(endless, wsFrame(1, 'x')).words).toEqual([
    'head 827fffffffffffffffff',
    'lost',
    'opaque 8900',
    'opaque 810178',
  ])
})

test('pushes the part of a chunk it is given', () => {
  const words: string[] = []
  const splitter = createWebSocketSplitter({
    headSpan: (_chunk, from, to) => void words.push(`head ${from} ${to}`),
    begin: () => {},
    payload: (_chunk, from, to) => void words.push(`payload ${from} ${to}`),
    end: () => {},
    lost: () => {},
    opaque: () => {},
  })
  splitter.push(Buffer.from('ffff810261628a00ff', 'hex'), 2, 8)
  expect(words).toEqual(['head 2 4', 'payload 4 6', 'head 6 8'])
})

test('names what a frame is by its opcode', () => {
  expect(Array.from({ length: 16 }, (_, opcode) => webSocketKind(opcode))).toEqual([
    'message',
    'message',
    'message',
    'opaque',
    'opaque',
    'opaque',
    'opaque',
    'opaque',
    'close',
    'ping',
    'pong',
    'opaque',
    'opaque',
    'opaque',
    'opaque',
    'opaque',
  ])
})
