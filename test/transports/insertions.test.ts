import { expect, describe, test } from 'vitest'
import { createOutstanding } from '../../src/wire/http1.ts'
import { HeadEditor } from '../../src/transports/head-editor.ts'
import { modes, steer } from '../support/steered.ts'

const OK = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const GET = 'GET / HTTP/1.1\r\n\r\n'
const SSE = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'
const SOCKET = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

/** Two editors of one connection; `!` marks bytes of ours in what comes out. */
function pair() {
  const outstanding = createOutstanding()
  const out = { request: '', response: '' }
  const told: string[] = []
  const lost: string[] = []
  const editor = (side: 'request' | 'response') => {
    let given = 0
    const made = new HeadEditor({
      side,
      outstanding,
      table: { names: [], line: () => null, insert: [] },
      write: (bytes) => void (out[side] += Buffer.from(bytes).toString('latin1')),
      edited: (offset, removed, bytes, rule) => void told.push(`${rule} ${offset} -${removed} +${bytes.length}`),
      holdTime: () => () => undefined,
      released: () => undefined,
      given: () => given,
      notInserted: (_bytes, rule) => void lost.push(rule),
    })
    const write = (text: string): void => {
      made.write(Buffer.from(text, 'latin1'), given)
      given += text.length
    }
    const insert = (text: string, rule = 'r'): void => made.insert(Buffer.from(text, 'latin1'), rule)
    return { made, write, insert }
  }
  return { up: editor('request'), down: editor('response'), out, told, lost }
}

/** The same, in every split in two. */
function splits(text: string): [string, string][] {
  return Array.from(text, (_, at) => [text.slice(0, at), text.slice(at)])
}

describe('an answer of ours', () => {
  test('leaves at once when nothing else is due', () => {
    const { down, out, told } = pair()
    down.insert(OK('ours'))
    down.write(OK('late'))
    expect(out.response).toBe(OK('ours') + OK('late'))
    expect(told).toEqual([`r 0 -0 +${OK('ours').length}`])
  })

  test('comes behind those of all that was asked before, and before those of what is asked later, however they are split', () => {
    for (const [first, rest] of splits(OK('one') + OK('two') + OK('three'))) {
      const { up, down, out, told } = pair()
      up.write(GET + GET)
      down.insert(OK('ours'))
      up.write(GET)
      down.write(first)
      down.write(rest)
      expect(out.response).toBe(OK('one') + OK('two') + OK('ours') + OK('three'))
      expect(told).toEqual([`r ${OK('one').length + OK('two').length} -0 +${OK('ours').length}`])
    }
  })

  test('counts the answer that is in the middle of its body, and not those of the interim', () => {
    for (const [first, rest] of splits(OK('one'))) {
      const { up, down, out } = pair()
      up.write(GET + GET)
      down.write(`HTTP/1.1 100 Continue\r\n\r\n${first}`)
      down.insert(OK('ours'))
      down.write(rest + OK('two'))
      expect(out.response).toBe(`HTTP/1.1 100 Continue\r\n\r\n${OK('one')}${OK('two')}${OK('ours')}`)
    }
  })

  test('keeps its order among others', () => {
    const { up, down, out } = pair()
    up.write(GET)
    down.insert(OK('a'))
    down.insert(OK('b'))
    up.write(GET)
    down.insert(OK('c'))
    down.write(OK('1') + OK('2'))
    expect(out.response).toBe(OK('1') + OK('a') + OK('b') + OK('2') + OK('c'))
  })

  test('that waits for an answer that never comes is told as lost', () => {
    const { up, down, lost } = pair()
    up.write(GET)
    down.insert(OK('ours'), 'the-rule')
    down.made.flush()
    expect(lost).toEqual(['the-rule'])
  })
})

describe('a request of ours', () => {
  test('stands between two of the client, and its answer is expected in their order', () => {
    const { up, down, out } = pair()
    const post = 'POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody'
    up.write(post.slice(0, -2))
    up.insert('HEAD / HTTP/1.1\r\n\r\n')
    up.write(`${post.slice(-2)}${GET}`)
    expect(out.request).toBe(`${post}HEAD / HTTP/1.1\r\n\r\n${GET}`)
    // the answer to a HEAD has no body
    down.write(`${OK('one')}HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n`)
    expect(down.made.border).toBe(true)
  })
})

describe('an event of ours', () => {
  const chunked = `${SSE}Transfer-Encoding: chunked\r\n\r\n`
  test('comes between two others as a chunk of its own, however they are split', () => {
    const stream = chunk('data: 1\n\n') + chunk('data: ') + chunk('2\n\n') + chunk('data: 3\n\n')
    for (const [first, rest] of splits(stream)) {
      const { up, down, out } = pair()
      up.write(GET)
      down.write(chunked + first)
      down.insert('data: ours\n\n')
      down.write(rest)
      const at = out.response.indexOf(chunk('data: ours\n\n'))
      expect(at).toBeGreaterThan(0)
      const before = out.response.slice(chunked.length, at)
      expect(['', chunk('data: 1\n\n'), stream.slice(0, stream.lastIndexOf('9')), stream]).toContain(before)
      expect(before.length).toBeGreaterThanOrEqual(first.length)
      expect(out.response.replace(chunk('data: ours\n\n'), '')).toBe(chunked + stream)
    }
  })

  test('that is a chunk already is not wrapped again', () => {
    const { up, down, out } = pair()
    up.write(GET)
    down.write(chunked)
    down.insert(chunk('data: ours\n\n'))
    expect(out.response).toBe(chunked + chunk('data: ours\n\n'))
  })

  test('comes as it is where the end of the connection ends the stream', () => {
    const { up, down, out, told } = pair()
    up.write(GET)
    down.write(`${SSE}\r\ndata: 1`)
    down.insert('data: ours\n\n')
    down.write('\n\ndata: 2\n\n')
    expect(out.response).toBe(`${SSE}\r\ndata: 1\n\ndata: ours\n\ndata: 2\n\n`)
    expect(told).toEqual([`r ${SSE.length + 2 + 9} -0 +12`])
  })

  test('waits for a stream that is still to come, and is told as lost when none can come any more', () => {
    const { up, down, out, lost } = pair()
    up.write(GET)
    down.insert('data: ours\n\n')
    down.write(chunked)
    expect(out.response).toBe(chunked + chunk('data: ours\n\n'))
    down.write('0\r\n\r\n')
    down.insert('data: lost\n\n')
    expect(lost).toEqual(['r'])
  })

  test('never gets into a body that is none', () => {
    const { up, down, out, lost } = pair()
    up.write(GET)
    down.write(OK('json').slice(0, -2))
    down.insert('data: ours\n\n')
    down.write('on')
    expect(out.response).toBe(OK('json'))
    expect(lost).toEqual(['r'])
  })
})

describe('a WebSocket frame of ours', () => {
  const upgrade = 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
  const part = '\x01\x03abc'
  const last = '\x80\x03def'
  const ping = '\x89\x00'
  test('comes between two messages, never between the frames of one', () => {
    for (const [first, rest] of splits(part + last + ping)) {
      const { up, down, out } = pair()
      up.write(upgrade)
      down.write(SOCKET + first)
      down.insert(ping.toUpperCase())
      down.write(rest)
      const at = first.length === 0 ? 0 : first.length <= 10 ? 10 : 12
      expect(out.response.slice(SOCKET.length)).toBe(
        (part + last + ping).slice(0, at) + ping + (part + last + ping).slice(at),
      )
    }
  })
})

describe.each(modes)('on the line, %s', (mode) => {
  test('an answer of ours goes out in the order of the requests, and keep-alive goes on', async () => {
    const line = await steer(mode)
    const { client, server, connection, told } = await line.open('/1')
    connection.insert('s2c', Buffer.from(OK('ours')), 'the-rule')
    server.write(OK('one'))
    await client.until(OK('one') + OK('ours'))
    client.write(line.get('/2'))
    await server.until('/2')
    server.write(OK('two'))
    await client.until(OK('one') + OK('ours') + OK('two'))
    expect(told.edits).toContain(`s2c the-rule ${OK('ours')}`)
  })

  test('a request of ours is edited like the client’s', async () => {
    const line = await steer(mode)
    const { client, server, connection } = await line.open('/1')
    connection.insert('c2s', Buffer.from(line.get('/2')), 'the-rule')
    await server.until('GET /2 HTTP/1.1')
    server.write(OK('one') + OK('two'))
    await client.until(OK('one') + OK('two'))
    expect(server.text()).toContain('GET /2 HTTP/1.1\r\nHost: ')
  })
})

test('an answer of ours reaches a client whose server is still being dialled', async () => {
  const line = await steer('reverse', { dial: () => ({ do: 'hang', ms: null, rule: 'slow' }) })
  const client = await line.dial()
  await line.until(() => line.live.size === 1)
  for (const connection of line.live) connection.insert('s2c', Buffer.from(OK('ours')), 'the-rule')
  await client.until(OK('ours'))
  expect(client.how).toBe('open')
})

test('what is inserted towards a side that was cut is noted as not inserted', async () => {
  const line = await steer('reverse')
  const { connection, told } = await line.open()
  connection.cut('hang', 'client', 'the-rule')
  connection.insert('s2c', Buffer.from(OK('ours')), 'other')
  expect(told.notes).toEqual([
    { kind: 'not-inserted', detail: { rule: 'other', direction: 's2c', bytes: OK('ours').length } },
  ])
})
