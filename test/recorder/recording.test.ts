import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Direction } from '../../src/wire/frame.ts'
import type { FrameRow } from '../../src/store/rows.ts'
import { info, record, type Taped } from '../support/recording.ts'

const open: Taped[] = []
const recorded = (options?: Parameters<typeof record>[0]): Taped => {
  const taped = record(options)
  open.push(taped)
  return taped
}
afterEach(() => {
  for (const taped of open.splice(0)) taped.close()
})

const json = (value: unknown): string => JSON.stringify(value)
const request = (id: unknown, extra = ''): string => {
  const body = json({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo' } })
  return `POST /mcp HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\nMcp-Session-Id: s1\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`
}
const answer = (id: unknown): string => json({ jsonrpc: '2.0', id, result: { content: [] } })
const plain = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const chunked = (type: string, parts: readonly string[]): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n` +
  parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('') +
  '0\r\n\r\n'

/** Feeds both directions of connection 1, cut as told, and stores now and then. */
function play(
  { tap, commit }: Taped,
  streams: Readonly<Record<Direction, Buffer>>,
  cuts: readonly number[],
  commits: readonly boolean[],
): void {
  let now = 1_000_000
  tap.opened(1, now, info)
  let step = 0
  for (const direction of ['c2s', 's2c'] as const) {
    const bytes = streams[direction]
    let at = 0
    while (at < bytes.length) {
      const to = Math.min(bytes.length, at + (cuts[step % cuts.length] ?? bytes.length))
      now += 10
      // the live thread may reuse what it handed over
      const chunk = Buffer.from(bytes.subarray(at, to))
      tap.chunk(1, direction, chunk, now, now + 3, at === 0)
      chunk.fill(0xdd)
      if (commits[step % commits.length]) commit()
      at = to
      step++
    }
  }
  for (const direction of ['c2s', 's2c'] as const) tap.ended(1, direction, (now += 10), { how: 'fin', by: 'server' }, 0)
  tap.closed(1, (now += 10))
  commit()
}

const gist = ({ direction, kind, flow, offset, length, size, label, edits, messages, session }: FrameRow): unknown => ({
  direction,
  kind,
  flow,
  offset,
  length,
  size,
  label,
  edits,
  session: session === null ? null : 'some',
  messages: messages.map(({ call, ...message }) => ({ ...message, call: call !== null })),
})

function stored({ reader }: Taped, length: Readonly<Record<Direction, number>>): unknown {
  const frames = reader.frames({ limit: 5000 }).rows
  const of = (direction: Direction) => {
    const rows = frames.filter((frame) => frame.direction === direction)
    return {
      frames: rows.map(gist),
      payloads: rows.map((frame) => Buffer.from(reader.payload(frame.id) ?? []).toString('latin1')),
      bytes: Buffer.from(reader.bytes(1, direction, 0, length[direction] + 1)).toString('latin1'),
    }
  }
  return { c2s: of('c2s'), s2c: of('s2c'), calls: reader.calls().map(({ outcome, rpcId }) => ({ outcome, rpcId })) }
}

const event = (id: number): string => `event: message\ndata: ${answer(id)}\n\n`
const exchanges = fc.constantFrom(
  (id: number) => plain(answer(id)),
  (id: number) => chunked('application/json', [answer(id).slice(0, 5), answer(id).slice(5)]),
  (id: number) => chunked('text/event-stream', [': ping\n\n', event(id)]),
  (id: number) => chunked('text/event-stream', [`id: 1\ndata:\n\n${event(id).slice(0, 30)}`, event(id).slice(30)]),
  (id: number) => chunked('text/event-stream', [event(id).replaceAll('\n', '\r\n'), 'data: never']),
  (id: number) => chunked('text/event-stream', [`data: ${answer(id)}\r\r`, 'retry: 5\n\n']),
  (id: number) => `HTTP/1.1 100 Continue\r\n\r\n${plain(answer(id))}`,
  () => 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n',
  () =>
    'HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 70000\r\n\r\n' + 'x'.repeat(70_000),
)

describe('whatever the split into chunks, buffers and commits', () => {
  test('the same frames and the same bytes are stored', () => {
    fc.assert(
      fc.property(
        fc.array(exchanges, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
        fc.constantFrom(512, 1024, 65_536),
        (responses, cuts, commits, capacity) => {
          const streams = {
            c2s: Buffer.from(responses.map((_, id) => request(id)).join('')),
            s2c: Buffer.from(responses.map((response, id) => response(id)).join('')),
          }
          const length = { c2s: streams.c2s.length, s2c: streams.s2c.length }
          const whole = record()
          const split = record({ capacity })
          try {
            play(whole, streams, [1_000_000], [true])
            play(split, streams, cuts, commits)
            const expected = stored(whole, length) as { c2s: { bytes: string }; s2c: { bytes: string } }
            expect(expected.c2s.bytes).toBe(streams.c2s.toString('latin1'))
            expect(expected.s2c.bytes).toBe(streams.s2c.toString('latin1'))
            expect(stored(split, length)).toEqual(expected)
          } finally {
            whole.close()
            split.close()
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  test('frames lie side by side, without gap or overlap', () => {
    const taped = recorded()
    const s2c = Buffer.from(chunked('text/event-stream', [event(1), ': tail']) + plain(answer(2)))
    play(taped, { c2s: Buffer.from(request(1) + request(2)), s2c }, [7], [false, true])
    for (const direction of ['c2s', 's2c'] as const) {
      let at = 0
      for (const { offset, length } of taped.reader.frames({ direction }).rows) {
        expect(offset).toBe(at)
        at += length
      }
      expect(at).toBe(direction === 's2c' ? s2c.length : request(1).length + request(2).length)
    }
  })
})
