import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pass } from '../../../src/pipe/action.ts'
import { withRaw } from '../../../src/faults/unit.ts'
import { cutAt } from '../../laws/framer.ts'
import { askedMethods, requests, responses } from '../../support/http-input.ts'
import { parseWithNode } from '../../support/node-http-parser.ts'
import { anyStreams, goodStreams } from '../../support/websocket-frames.ts'
import { eventStreams } from '../../support/sse-input.ts'
import { said, watchedLine, type Damage, type WatchedLine } from '../../support/watched-line.ts'
import { received } from '../../support/ws-messages.ts'

const cuts = fc.array(fc.nat(), { maxLength: 6 })
const all = (line: WatchedLine, direction: 'c2s' | 's2c', bytes: Buffer, places: readonly number[]): void => {
  for (const piece of cutAt(bytes, places)) line.push(direction, piece)
}
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
/** Body in chunks cut at these places. */
const chunked = (body: Buffer, places: readonly number[]): string =>
  cutAt(body, places)
    .filter((part) => part.length > 0)
    .map((part) => `${part.length.toString(16)}\r\n${latin1(part)}\r\n`)
    .join('')
const events = (body: string): string[] => {
  const found: string[] = []
  const parser = createParser({ onEvent: ({ event, id, data }) => void found.push(`${event}|${id}|${data}`) })
  parser.feed(Buffer.from(body, 'latin1').toString('utf8'))
  return found
}
/** What Node makes of responses; of what they switch to, what it is, or how long where its messages are put together. */
const parsedOf = (bytes: Buffer, methods: readonly string[]) => {
  const { switchedAt, messages, error } = parseWithNode('response', bytes, methods)
  const rest = switchedAt === null ? null : latin1(bytes.subarray(switchedAt))
  return { messages, error, rest: messages.at(-1)?.start === '101' ? rest?.length : rest }
}
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const GET = 'GET /mcp HTTP/1.1\r\nAccept: text/event-stream\r\n\r\n'
const UPGRADE = 'GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

describe('with no rule in between', () => {
  test('requests come out byte for byte, whatever they are and however they are cut', () => {
    fc.assert(
      fc.property(requests, cuts, (bytes, places) => {
        const line = watchedLine()
        all(line, 'c2s', bytes, places)
        line.end('c2s')
        expect(line.out('c2s')).toBe(latin1(bytes))
        // who waits for it is told to go on
        expect(line.edits.filter((edit) => !edit.includes('+HTTP/1.1 100 Continue'))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('responses say the same, and are the same where no event stream gets other chunks', () => {
    fc.assert(
      fc.property(responses, askedMethods, cuts, (bytes, methods, places) => {
        const line = watchedLine()
        for (const method of methods) line.push('c2s', `${method} / HTTP/1.1\r\n\r\n`)
        all(line, 's2c', bytes, places)
        line.end('s2c')
        const out = Buffer.from(line.out('s2c'), 'latin1')
        expect(line.edits.length > 0 || latin1(out) === latin1(bytes)).toBe(true)
        const [before, after] = [bytes, out].map((each) => parsedOf(each, methods))
        expect(before!.error === null ? after : before).toEqual(before)
      }),
      { numRuns: 500 },
    )
  })

  test('event streams keep their text, in any chunks', () => {
    fc.assert(
      fc.property(eventStreams, cuts, cuts, fc.boolean(), (body, borders, places, whole) => {
        const line = watchedLine()
        line.push('c2s', GET)
        const bytes = Buffer.from(STREAM + chunked(body, borders) + (whole ? '0\r\n\r\n' : ''), 'latin1')
        all(line, 's2c', bytes, places)
        line.end('s2c')
        const [parsed] = parseWithNode('response', Buffer.from(line.out('s2c'), 'latin1'), ['GET']).messages
        expect(parsed).toEqual({ start: '200', body: latin1(body), complete: whole })
        expect(line.recorded('s2c')).toBe(line.out('s2c'))
        const blocks = line.units.map(({ frame }) => latin1(frame.payload)).join('')
        expect(latin1(body).startsWith(blocks)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['behind the last chunk', '5\r\nhello\r\n0\r\r\n\r\n'],
    ['by a chunk of more than there can be', '20000000000001\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['behind an event', '9\r\ndata: 1\n\n\rX'],
  ])('an event stream whose framing breaks goes on as it is: %s', (_where, body) => {
    const line = watchedLine()
    line.push('c2s', GET)
    line.push('s2c', STREAM + body)
    expect(line.out('s2c')).toBe(STREAM + body)
    expect(line.left).toEqual([expect.stringContaining('broken framing')])
  })

  test('of an event stream whose framing breaks nothing is kept, and nothing lost', () => {
    const broken = fc.constantFrom('zz\r\nmore', '0\rX', '5\rhello\r\n', '5;a\r\rdata: 1\n\n', '\rX', '0\r\nX: 1\r\r\n')
    fc.assert(
      fc.property(eventStreams, cuts, broken, cuts, (body, borders, tail, places) => {
        const line = watchedLine()
        line.push('c2s', GET)
        const bytes = Buffer.from(STREAM + chunked(body, borders) + tail, 'latin1')
        all(line, 's2c', bytes, places)
        const out = line.out('s2c')
        const [before, after] = [bytes, Buffer.from(out, 'latin1')].map((each) => parsedOf(each, ['GET']))
        expect(after).toEqual(before)
        expect(out.endsWith(tail)).toBe(true)
        expect(line.recorded('s2c')).toBe(out)
        line.push('s2c', 'data: later\n\n')
        expect(line.out('s2c')).toBe(`${out}data: later\n\n`)
      }),
      { numRuns: 300 },
    )
  })

  test('an answer whose framing breaks waits no longer for its end', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    const line = watchedLine()
    line.push('c2s', 'POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}')
    line.push('s2c', `${head}2\r\n{}\r\n`)
    expect(line.out('s2c')).toBe('')
    line.push('s2c', 'zz')
    line.push('s2c', '{}')
    expect(line.out('s2c')).toBe(`${head}2\r\n{}\r\nzz{}`)
    expect(line.left).toEqual(['s2c 0 broken framing'])
  })

  test('events that have chunks of their own come out byte for byte, each at once', () => {
    const event = fc.constantFrom(
      'data: 1\n\n',
      'event: message\r\ndata: \u20ac\r\n\r\n',
      ': ping\n\n',
      'id: 4\ndata:\n\n',
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), cuts, (texts, places) => {
        const line = watchedLine()
        line.push('c2s', GET)
        const chunks = texts.map((text) => chunked(Buffer.from(text), []))
        const bytes = Buffer.from(`${STREAM}${chunks.join('')}0\r\n\r\n`, 'latin1')
        all(line, 's2c', bytes, places)
        expect(line.out('s2c')).toBe(latin1(bytes))
        expect(line.edits).toEqual([])
        expect(line.units.map(said)).toEqual(['c2s head', 's2c head', ...texts.map(() => 's2c event'), 's2c end'])
      }),
    )
  })

  test('sockets say the same, and are the same where nothing stands between the parts of a message', () => {
    fc.assert(
      fc.property(fc.oneof(anyStreams, goodStreams(true)), cuts, (bytes, places) => {
        const line = watchedLine()
        line.push('c2s', UPGRADE)
        line.push('s2c', SWITCH)
        all(line, 'c2s', bytes, places)
        line.end('c2s')
        const out = line.out('c2s').slice(UPGRADE.length)
        expect(line.edits.length > 0 || out === latin1(bytes)).toBe(true)
        expect(out.length).toBe(bytes.length)
        expect(line.recorded('c2s')).toBe(line.out('c2s'))
      }),
      { numRuns: 500 },
    )
  })

  test('lines come out byte for byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{}\n', 'x\r\n', '\n', 'a', '\r', '{"jsonrpc":"2.0","method":"m"}\n')),
        cuts,
        (parts, places) => {
          const bytes = Buffer.from(parts.join(''))
          const line = watchedLine({ info: stdio })
          all(line, 's2c', bytes, places)
          line.end('s2c')
          expect(line.out('s2c')).toBe(latin1(bytes))
          expect(line.edits).toEqual([])
          expect(line.units.length).toBe(parts.join('').split('\n').length - 1)
        },
      ),
    )
  })
})

const stdio = {
  transport: 'stdio',
  server: 'srv',
  target: 'srv',
  clientAddress: '',
  clientPort: 0,
  localAddress: '',
  localPort: 0,
} as const

/** What is done with the n-th unit. */
const fates = fc.array(fc.constantFrom('pass', 'pass', 'drop', 'twice', 'add', 'edit'), { minLength: 1, maxLength: 8 })

/** Does it to units of this direction for which `hits` says so; tells what a peer is to find. */
function fated(direction: 'c2s' | 's2c', list: readonly string[], kinds: readonly string[], found: string[]): Damage {
  let at = 0
  return (event, of) => {
    const { meaning } = event
    if (of !== direction || !kinds.includes(meaning.subject.kind)) return undefined
    const fate = list[at++ % list.length]!
    const text = meaning.json ?? meaning.subject.text()
    if (fate === 'drop') return []
    const edited = fate === 'edit' ? meaning.withJson('{"edited":1}') : null
    found.push(edited === null ? text : '{"edited":1}')
    if (edited !== null) return [pass(withRaw(event, edited))]
    if (fate === 'twice') found.push(text)
    const more = fate === 'add' ? meaning.another('{"added":1}') : null
    if (more !== null) found.push('{"added":1}')
    return [
      pass(event),
      ...(fate === 'twice' ? [pass(event)] : []),
      ...(more === null ? [] : [{ do: 'write', bytes: more } as const]),
    ]
  }
}

describe('left out, repeated, added and edited', () => {
  test('events of a stream leave one that parses as just the events that are left', () => {
    const data = fc.constantFrom('{"a":1}', '{"b":"\u20ac"}', '{"c":[1,2]}')
    const body = fc.array(
      data.map((text) => `event: message\ndata: ${text}\n\n`),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(body, cuts, cuts, fates, (texts, borders, places, list) => {
        const found: string[] = []
        const line = watchedLine({ damage: fated('s2c', list, ['event'], found) })
        line.push('c2s', GET)
        all(
          line,
          's2c',
          Buffer.from(`${STREAM}${chunked(Buffer.from(texts.join('')), borders)}0\r\n\r\n`, 'latin1'),
          places,
        )
        const parsed = parseWithNode('response', Buffer.from(line.out('s2c'), 'latin1'), ['GET'])
        expect(parsed.error).toBe(null)
        line.end('s2c')
        expect(line.recorded('s2c')).toBe(line.out('s2c'))
        expect(parsed.messages).toMatchObject([{ start: '200', complete: true }])
        expect(events(parsed.messages[0]!.body).map((each) => each.split('|')[2])).toEqual(found)
      }),
      { numRuns: 300 },
    )
  })

  test('messages of a socket leave one that parses as just the messages that are left', async () => {
    const frame = fc.constantFrom('{"a":1}', '{"b":"\u20ac"}', 'x'.repeat(130), '')
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 5 }),
        cuts,
        fates,
        fc.boolean(),
        async (texts, places, list, client) => {
          const found: string[] = []
          const direction = client ? 'c2s' : 's2c'
          const line = watchedLine({ damage: fated(direction, list, ['message'], found) })
          line.push('c2s', UPGRADE)
          line.push('s2c', SWITCH)
          const { socket } = received
          all(line, direction, Buffer.concat(texts.flatMap((text, at) => socket(text, client, at % 2 === 1))), places)
          const out = Buffer.from(line.out(direction), 'latin1').subarray((client ? UPGRADE : SWITCH).length)
          line.end(direction)
          expect(line.recorded(direction)).toBe(line.out(direction))
          expect(await received.messages(out, client)).toEqual(found)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('answers leave a connection that parses as just the answers that are left', () => {
    const bodies = fc.array(fc.tuple(fc.constantFrom('{"a":1}', '{"b":[]}'), fc.boolean(), cuts), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(bodies, cuts, fates, (list, places, choices) => {
        const found: string[] = []
        const line = watchedLine({
          damage: fated(
            's2c',
            choices.map((fate) => (fate === 'add' ? 'pass' : fate)),
            ['body'],
            found,
          ),
        })
        const methods = list.map(() => 'POST')
        for (const [text, inChunks, borders] of list) {
          line.push('c2s', 'POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}')
          const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
          const body = Buffer.from(text)
          const response = inChunks
            ? `${head}Transfer-Encoding: chunked\r\n\r\n${chunked(body, borders)}0\r\n\r\n`
            : `${head}Content-Length: ${body.length}\r\n\r\n${text}`
          all(line, 's2c', Buffer.from(response), places)
        }
        const parsed = parseWithNode('response', Buffer.from(line.out('s2c'), 'latin1'), [...methods, ...methods])
        expect(parsed.error).toBe(null)
        line.end('s2c')
        expect(line.recorded('s2c')).toBe(line.out('s2c'))
        expect(parsed.messages.map(({ body }) => body)).toEqual(found)
      }),
      { numRuns: 200 },
    )
  })

  test('requests leave a connection whose answers still find theirs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('GET', 'HEAD', 'POST'), { minLength: 1, maxLength: 6 }),
        fates,
        (methods, list) => {
          const left: string[] = []
          let at = 0
          const line = watchedLine({
            damage: (event, direction) => {
              if (direction === 's2c') return undefined
              const fate = list[at++ % list.length]!
              if (fate === 'drop') return []
              const { verb, path } = event.meaning.subject
              left.push(`${verb} ${path}`)
              if (fate === 'twice') left.push(`${verb} ${path}`)
              const bytes = Buffer.from('GET /added HTTP/1.1\r\n\r\n')
              if (fate === 'add') left.push('GET null')
              return [
                ...(fate === 'edit'
                  ? [pass(withRaw(event, event.meaning.withHead({ 'X-More': '1' })!))]
                  : [pass(event)]),
                ...(fate === 'twice' ? [pass(event)] : []),
                ...(fate === 'add' ? [{ do: 'write', bytes } as const] : []),
              ]
            },
          })
          for (const [n, method] of methods.entries()) line.push('c2s', `${method} /${n} HTTP/1.1\r\n\r\n`)
          for (const each of left)
            line.push('s2c', `HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${each.startsWith('HEAD') ? '' : 'abc'}`)
          const answers = line.units.filter(({ meaning }) => meaning.subject.direction === 's2c')
          expect(answers.map(({ meaning: { subject } }) => `${subject.verb} ${subject.path}`)).toEqual(left)
        },
      ),
      { numRuns: 300 },
    )
  })
})
