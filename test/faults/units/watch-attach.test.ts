import { describe, expect, test } from 'vitest'
import type { Direction } from '../../../src/wire/frame.ts'
import { parseWithNode } from '../../support/node-http-parser.ts'
import { standings } from '../../support/standings.ts'
import { masked, OPCODE, wsFrame } from '../../support/websocket-frames.ts'
import { watchedLine } from '../../support/watched-line.ts'

const json = (value: object): string => JSON.stringify({ jsonrpc: '2.0', ...value })
const call = (id: number): string => json({ id, method: 'tools/call', params: { name: `t${id}` } })
const post = (id: number): string =>
  `POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${call(id).length}\r\n\r\n${call(id)}`
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const event = (id: number): string => `data: ${json({ id, result: {} })}\n\n`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const answer = (id: number): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${json({ id, result: {} }).length}\r\n\r\n${json({ id, result: {} })}`

type Step = readonly [Direction, string]

/** Two calls, one after the other, then two at once. */
const HTTP: readonly Step[] = [
  ['c2s', post(1)],
  ['s2c', `${STREAM}${chunk(': hi\n\n')}${chunk(event(1))}0\r\n\r\n`],
  ['c2s', 'HEAD / HTTP/1.1\r\n\r\n'],
  ['s2c', 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n'],
  ['c2s', post(3) + post(4)],
  ['s2c', `${answer(3)}HTTP/1.1 100 Continue\r\n\r\n${answer(4)}`],
  ['c2s', post(5)],
  ['s2c', `${STREAM}${chunk(`${event(7)}${event(8).slice(0, 9)}`)}${chunk(event(8).slice(9) + event(5))}0\r\n\r\n`],
  ['c2s', post(6)],
  ['s2c', answer(6)],
]
const SOCKET: readonly Step[] = [
  ['c2s', 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['s2c', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['c2s', masked(OPCODE.text, call(1)).toString('latin1')],
  ['s2c', wsFrame(OPCODE.text, json({ id: 1, result: {} })).toString('latin1')],
  ['s2c', wsFrame(OPCODE.ping, '').toString('latin1')],
]

/** Goes through it, and begins to watch behind that many bytes. */
function attachedAt(steps: readonly Step[], at: number) {
  const line = watchedLine({ idle: true })
  const standing = standings()
  const out: Record<Direction, number> = { c2s: 0, s2c: 0 }
  const push = (direction: Direction, text: string): void => {
    line.push(direction, text)
    const bytes = line.out(direction)
    standing.passed(direction, Buffer.from(bytes.slice(out[direction]), 'latin1'))
    out[direction] = bytes.length
  }
  let passed = 0
  for (const [direction, text] of steps) {
    const here = at - passed
    passed += text.length
    if (here < 0 || here >= text.length) push(direction, text)
    else {
      if (here > 0) push(direction, text.slice(0, here))
      line.begin(standing.now)
      push(direction, text.slice(here))
    }
  }
  return line
}

const lengthOf = (steps: readonly Step[]): number => steps.reduce((sum, [, text]) => sum + text.length, 0)
const inputOf = (steps: readonly Step[], direction: Direction): string =>
  steps.flatMap(([of, text]) => (of === direction ? [text] : [])).join('')
/** What a client makes of it. */
const text = (bytes: string): unknown =>
  parseWithNode('response', Buffer.from(bytes, 'latin1'), ['POST', 'HEAD', 'POST', 'POST', 'POST', 'POST'])

describe('a watch that begins in the middle', () => {
  test('loses and repeats nothing, wherever that is', () => {
    for (let at = 0; at < lengthOf(HTTP); at++) {
      const line = attachedAt(HTTP, at)
      expect([at, line.out('c2s')]).toEqual([at, inputOf(HTTP, 'c2s')])
      expect([at, line.recorded('s2c')]).toEqual([at, line.out('s2c')])
      expect([at, text(line.out('s2c'))]).toEqual([at, text(inputOf(HTTP, 's2c'))])
    }
  })

  test('makes units of all that begins after it', () => {
    const kinds = (at: number): string[] =>
      attachedAt(HTTP, at).units.map(({ meaning: { subject } }) => `${subject.direction} ${subject.kind}`)
    const everything = kinds(0)
    expect(everything.length).toBe(19)
    // what has begun by then: requests, answers, the parts of streams; the last stream may be in the middle of a chunk
    const known = new Set<number>()
    for (let at = 0; at < lengthOf(HTTP); at++) {
      const units = kinds(at)
      expect([at, units]).toEqual([at, everything.slice(everything.length - units.length)])
      known.add(units.length)
    }
    expect(known.size).toBeGreaterThan(15)
  })

  test('on a socket waits for a border', () => {
    for (let at = 0; at < lengthOf(SOCKET); at++) {
      const line = attachedAt(SOCKET, at)
      expect([at, line.out('c2s')]).toEqual([at, inputOf(SOCKET, 'c2s')])
      expect([at, line.out('s2c')]).toEqual([at, inputOf(SOCKET, 's2c')])
      expect([at, line.units.at(-1)?.meaning.subject.kind]).toEqual([
        at,
        at === lengthOf(SOCKET) - 1 ? undefined : 'ping',
      ])
    }
  })
})
