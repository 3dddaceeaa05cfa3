import { afterEach, beforeEach } from 'vitest'
import type { Direction } from '../../src/wire/frame.ts'
import { info, record, type Taped } from './recording.ts'

/** A connection over HTTP as the recorder hears of it, on a clock of its own; a new one for each test. */
export function tapedTalk() {
  let taped: Taped
  let now: number
  const offsets = { c2s: 0, s2c: 0 }
  beforeEach(() => {
    taped = record()
    now = 1000
    Object.assign(offsets, { c2s: 0, s2c: 0 })
    taped.tap.opened(1, now, info)
  })
  afterEach(() => taped.close())

  /** So many µs go by; gives the instant. */
  const tick = (us = 10): number => (now += us)
  return {
    get taped() {
      return taped
    },
    offsets,
    tick,
    /** `left`: it goes on at once. */
    feed: (direction: Direction, text: string, left = true): number => {
      tick()
      taped.tap.chunk(1, direction, Buffer.from(text), now, left ? now + 1 : 0, true)
      offsets[direction] += text.length
      return now
    },
    put: (direction: Direction, text: string, rule: string): void =>
      taped.tap.edited(1, direction, offsets[direction], 0, Buffer.from(text), rule),
    close: (): void => {
      taped.tap.closed(1, tick())
      taped.commit()
    },
  }
}

/** A call of a tool. `head`: further lines of it. */
export const ask = (id: number, head = ''): string => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 't' } })
  return `POST /mcp HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
export const streamHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
/** An event of such a stream: the answer to a call. */
export const answer = (id: number): string => chunk(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: {} })}\n\n`)
/** The same: a step of its progress. */
export const progress = chunk(
  'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1}}\n\n',
)
