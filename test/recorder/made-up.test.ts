import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Direction } from '../../src/wire/frame.ts'
import { info, record, type Taped } from '../support/recording.ts'

let taped: Taped
let now: number
beforeEach(() => {
  taped = record()
  now = 1000
  taped.tap.opened(1, now, info)
})
afterEach(() => taped.close())

const offsets = { c2s: 0, s2c: 0 }
beforeEach(() => Object.assign(offsets, { c2s: 0, s2c: 0 }))

/** `left`: it goes on at once. */
const feed = (direction: Direction, text: string, left = true): number => {
  now += 10
  taped.tap.chunk(1, direction, Buffer.from(text), now, left ? now + 1 : 0, true)
  offsets[direction] += text.length
  return now
}
const put = (direction: Direction, text: string, rule: string): void =>
  taped.tap.edited(1, direction, offsets[direction], 0, Buffer.from(text), rule)
const close = (): void => {
  taped.tap.closed(1, (now += 10))
  taped.commit()
}

const ask = (id: number, head = ''): string => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 't' } })
  return `POST /mcp HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
const streamHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const answer = (id: number): string => chunk(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: {} })}\n\n`)
const progress = chunk('data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1}}\n\n')

const calls = () => taped.reader.calls()

describe('an answer that a rule made up is paired with its call', () => {
  const cases = [
    ['a status', 'HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno', 503],
    ['an error', `HTTP/1.1 404 No\r\n\r\n{"jsonrpc":"2.0","error":{"code":-32001,"message":"x"},"id":null}`, -32001],
    ['a result', `HTTP/1.1 200 OK\r\n\r\n{"jsonrpc":"2.0","id":1,"result":{}}`, null],
  ] as const
  test.each(cases)('%s', (_, text, code) => {
    feed('c2s', ask(1))
    put('s2c', text, 'busy')
    feed('c2s', ask(2))
    feed('s2c', `${streamHead}${answer(2)}0\r\n\r\n`)
    close()
    const [made, other] = calls()
    expect(made).toMatchObject({ outcome: 'fault', code, madeBy: 'busy', answeredAt: expect.any(Number) })
    expect(other).toMatchObject({ outcome: 'ok', madeBy: null })
    expect(taped.reader.frame(made!.responseFrame!)).toMatchObject({ ours: 'busy' })
  })

  test('a message of it has the method of what it answers', () => {
    feed('c2s', ask(1))
    put('s2c', cases[1][1], 'gone')
    close()
    const own = taped.reader.frames({ direction: 's2c' }).rows[0]
    expect(own?.messages).toMatchObject([{ kind: 'error', method: 'tools/call', tool: 't', call: 1 }])
    // it has a row of its own
    expect(taped.reader.logs()).toEqual([])
  })

  test('an event among those of its stream', () => {
    feed('c2s', ask(1))
    feed('s2c', streamHead + progress)
    put('s2c', answer(1), 'early')
    close()
    expect(calls()).toMatchObject([{ outcome: 'fault', madeBy: 'early' }])
  })
})
