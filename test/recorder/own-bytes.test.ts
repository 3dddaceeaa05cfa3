import { expect, test } from 'vitest'
import type { RecordingContext } from '../../src/recorder/context.ts'
import { headLength, keptOwn, readOwn } from '../../src/recorder/own-bytes.ts'
import { Redactor } from '../../src/recorder/redaction.ts'
import type { FlowRecord } from '../../src/store/records.ts'
import { masked, OPCODE } from '../support/websocket-frames.ts'

const context = (depth: RecordingContext['depth'] = 'full'): RecordingContext =>
  ({ depth, redactor: new Redactor({}, Buffer.alloc(32)) }) as unknown as RecordingContext
const kept = (text: string, depth?: RecordingContext['depth']): string | null => {
  const bytes = keptOwn(context(depth), Buffer.from(text))
  return bytes === null ? null : Buffer.from(bytes).toString()
}
const flow = (values: Partial<FlowRecord>): FlowRecord => ({ kind: 'http', stream: null, ...values }) as FlowRecord

const ANSWER = 'HTTP/1.1 200 OK\r\nSet-Cookie: a=secret\r\n\r\n{"access_token":"secret"}'
const MESSAGE = '{"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"no"}}'

test('a head ends at its empty line; other bytes have none', () => {
  expect(headLength(Buffer.from(ANSWER))).toBe(ANSWER.indexOf('{'))
  expect(headLength(Buffer.from('GET / HTTP/1.1\r\nA: b'))).toBe(20)
  expect(headLength(Buffer.from(MESSAGE))).toBe(0)
})

test('what rules put in is kept without secrets, and messages as they are', () => {
  expect(kept(ANSWER)).not.toContain('secret')
  expect(kept(ANSWER)).toHaveLength(ANSWER.length)
  expect(kept(MESSAGE)).toBe(MESSAGE)
})

test('what is only masked is kept without secrets, too', () => {
  const bytes = keptOwn(context(), masked(OPCODE.text, '{"access_token":"secret"}'))!
  expect(bytes).toHaveLength(31)
  const key = bytes.subarray(2, 6)
  const text = Buffer.from(bytes.subarray(6).map((byte, at) => byte ^ key[at % 4]!)).toString()
  expect(text).toMatch(/^\{"access_token":"(?!secret)/)
  expect(readOwn(flow({ kind: 'websocket' }), keptOwn(context(), masked(OPCODE.text, MESSAGE)))).toMatchObject({
    messages: [{ rpcId: '7' }],
  })
})

test('only as deep as the recording goes', () => {
  expect(kept(ANSWER, 'heads')).toBe(kept(ANSWER)!.slice(0, ANSWER.indexOf('{')))
  expect(kept(MESSAGE, 'heads')).toBeNull()
  expect(kept(ANSWER, 'metadata')).toBeNull()
  expect(kept('', 'metadata')).toBe('')
})

test('of a large insertion the first MiB is kept', () => {
  expect(kept('x'.repeat(2 * 1024 * 1024))).toHaveLength(1024 * 1024)
})

test.each([
  ['a line', flow({ kind: 'stdio' }), `${MESSAGE}\n`, 'line'],
  ['an event', flow({ stream: 'get' }), `data: ${MESSAGE}\n\n`, 'event'],
  ['an event in a chunk of its own', flow({ stream: 'post' }), `47\r\ndata: ${MESSAGE}\n\n\r\n`, 'event'],
  ['a message', flow({ kind: 'websocket' }), `\x81${String.fromCharCode(MESSAGE.length)}${MESSAGE}`, 'message'],
  ['an answer', flow({}), `HTTP/1.1 200 OK\r\n\r\n${MESSAGE}`, 'head'],
])('%s is read as one', (_, row, text, kind) => {
  const read = readOwn(row, Buffer.from(text, 'latin1'))
  expect(read).toMatchObject({ kind, messages: [{ rpcId: '7', code: -32000 }] })
})

test('frames of a WebSocket are told apart, also masked', () => {
  const socket = flow({ kind: 'websocket' })
  expect(readOwn(socket, Buffer.from([0x89, 0]))).toMatchObject({ kind: 'ping', messages: [] })
  expect(readOwn(socket, Buffer.from([0x8a, 0]))).toMatchObject({ kind: 'pong' })
  expect(readOwn(socket, masked(OPCODE.text, MESSAGE))).toMatchObject({ kind: 'message', messages: [{ rpcId: '7' }] })
})

test('what is none has a label', () => {
  expect(readOwn(flow({ stream: 'get' }), Buffer.from(': keep-alive\n\n'))).toMatchObject({ label: ':keep-alive' })
  expect(readOwn(flow({ kind: 'stdio' }), Buffer.from('some  noise\n'))).toMatchObject({ label: 'some noise ' })
  expect(readOwn(flow({}), null)).toEqual({ kind: 'opaque', label: null, messages: [] })
})
