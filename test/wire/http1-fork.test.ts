import { describe, expect, test } from 'vitest'
import { createHttp1Splitter, createOutstanding, type Http1Listener } from '../../src/wire/http1.ts'

/** Writes down each byte with what it was taken for, so that spans cut in two look the same. */
function writer(said: string[]): Http1Listener {
  const span =
    (kind: string) =>
    (chunk: Uint8Array, from: number, to: number): void => {
      for (const byte of chunk.subarray(from, to)) said.push(`${kind} ${byte}`)
    }
  return {
    headSpan: span('head'),
    payload: span('payload'),
    framing: span('framing'),
    opaque: span('opaque'),
    head: ({ method, status, framing, length }) => void said.push(`${method}${status} ${framing} ${length}`),
    messageEnd: () => void said.push('end'),
  }
}

const requests =
  'POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nX: y\r\n\r\n' +
  'GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\nGET /b HTTP/1.1\r\n'
const responses =
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 404 No\r\n\r\nuntil the end'

describe('a fork', () => {
  test.each([
    ['request', requests],
    ['response', responses],
  ] as const)('of a %s side goes on as the original would, wherever it stood', (side, text) => {
    const bytes = Buffer.from(text)
    for (let at = 0; at <= bytes.length; at++) {
      const [one, other]: [string[], string[]] = [[], []]
      const outstanding = createOutstanding()
      const splitter = createHttp1Splitter(side, outstanding, writer(one))
      splitter.push(bytes.subarray(0, at))
      one.length = 0
      const own = { ...createOutstanding(), exchanges: [...outstanding.exchanges] }
      const fork = splitter.fork(writer(other), own)
      expect(fork.state).toBe(splitter.state)
      splitter.push(bytes.subarray(at))
      fork.push(bytes.subarray(at))
      splitter.end()
      fork.end()
      expect(other).toEqual(one)
    }
  })

  test('of a tunnel is a tunnel, and of what is no HTTP neither', () => {
    for (const text of ['no HTTP', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nrest']) {
      const splitter = createHttp1Splitter('response', createOutstanding(), writer([]))
      splitter.push(Buffer.from(text))
      const said: string[] = []
      const fork = splitter.fork(writer(said), createOutstanding())
      fork.push(Buffer.from('!'))
      expect(said).toEqual(['opaque 33'])
    }
  })
})
