import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createServerMemory } from '../../src/transports/answer-watch.ts'
import { answered } from '../support/watched-answers.ts'

const LISTEN = 'GET /sse HTTP/1.1\r\nHost: 127.0.0.1:6278\r\nAccept: text/event-stream\r\n\r\n'
const METADATA = 'GET /.well-known/oauth-protected-resource/mcp HTTP/1.1\r\nHost: 127.0.0.1:6278\r\n\r\n'
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'
const ENDPOINT = 'event: endpoint\ndata: http://example.test:3000/messages?sessionId=1\n\n'
const EDITED = 'event: endpoint\ndata: http://127.0.0.1:6278/messages?sessionId=1\n\n'
const MESSAGE = 'event: message\ndata: {"url":"http://example.test:3000"}\n\n'

const hex = (text: string): string => text.length.toString(16)
const chunk = (text: string): string => `${hex(text)}\r\n${text}\r\n`
/** What a chunked body carries. */
function unchunked(body: string): string {
  let text = ''
  let at = 0
  for (;;) {
    const end = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.slice(at, end), 16)
    if (size === 0) return text
    text += body.slice(end + 2, end + 2 + size)
    if (body.slice(end + 2 + size, end + 4 + size) !== '\r\n') throw new Error(`no chunk at ${at} of ${body}`)
    at = end + 4 + size
  }
}
const bodyOf = (response: string): string => response.slice(response.indexOf('\r\n\r\n') + 4)

describe('the endpoint event in an answer', () => {
  it('until the connection closes is rewritten, with its address told', () => {
    const { text, edits, told } = answered(LISTEN, [`${STREAM}\r\n${ENDPOINT}${MESSAGE}`])
    expect(text).toBe(`${STREAM}\r\n${EDITED}${MESSAGE}`)
    expect(edits).toEqual(['endpoint 74 -24 +http://127.0.0.1:6278'])
    expect(told).toBe(text)
  })

  it('in chunks is rewritten with the chunk’s size', () => {
    const head = `${STREAM}Transfer-Encoding: chunked\r\n\r\n`
    const { text, edits, told } = answered(LISTEN, [head + chunk(ENDPOINT) + chunk(MESSAGE)])
    expect(text).toBe(head + chunk(EDITED) + chunk(MESSAGE))
    expect(edits.map((edit) => edit.split(' ')[0])).toEqual(['length', 'endpoint'])
    expect(told).toBe(text)
  })

  it('of a body with a length is rewritten with that length', () => {
    const head = (length: number): string => `${STREAM}content-length:  ${length}\r\nX: 1\r\n\r\n`
    const { text, told } = answered(LISTEN, [head((ENDPOINT + MESSAGE).length) + ENDPOINT + MESSAGE])
    expect(text).toBe(head((EDITED + MESSAGE).length) + EDITED + MESSAGE)
    expect(told).toBe(text)
  })

  it('is rewritten however it is split, in chunks and pieces of any size', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 })
    const cut = (text: string, lengths: readonly number[]): string[] => {
      const pieces: string[] = []
      for (let at = 0, k = 0; at < text.length; k++) {
        const size = lengths[k % lengths.length] ?? 1
        pieces.push(text.slice(at, at + size))
        at += size
      }
      return pieces
    }
    const framed = fc.constantFrom('chunked', 'length', 'until-close')
    fc.assert(
      fc.property(
        framed,
        sizes,
        sizes,
        fc.constantFrom('', ': hi\n\n', 'retry: 5\n'),
        (framing, chunks, pieces, before) => {
          const body = before + ENDPOINT + MESSAGE
          const field = {
            chunked: 'Transfer-Encoding: chunked\r\n',
            length: `Content-Length: ${body.length}\r\n`,
            'until-close': '',
          }
          const coded = framing === 'chunked' ? `${cut(body, chunks).map(chunk).join('')}0\r\n\r\n` : body
          const input = `${STREAM}${field[framing]}\r\n${coded}`
          const { text, told } = answered(LISTEN, cut(input, pieces))
          expect(told).toBe(text)
          const got = bodyOf(text)
          expect(framing === 'chunked' ? unchunked(got) : got).toBe(before + EDITED + MESSAGE)
          const said = /Content-Length: (\d+)/.exec(text)?.[1]
          expect(said ?? String(got.length)).toBe(String(got.length))
        },
      ),
    )
  })

  it('waits alone: the head is there before it, what is behind it need not be', () => {
    const head = `${STREAM}Transfer-Encoding: chunked\r\n\r\n`
    const { left } = answered(LISTEN, [head, chunk(ENDPOINT).slice(0, 30), chunk(ENDPOINT).slice(30)])
    expect(left).toEqual([head, head, head + chunk(EDITED)])
  })

  it('lets go of a stream at the first byte that shows it has none', () => {
    const head = `${STREAM}\r\n`
    const { left, text } = answered(LISTEN, [head, 'id: 1\nda', 'ta: {', '"jsonrpc"'])
    expect(left).toEqual([head, head, `${head}id: 1\ndata: {`, `${head}id: 1\ndata: {"jsonrpc"`])
    expect(text).toBe(`${head}id: 1\ndata: {"jsonrpc"`)
  })

  it('lets comments before it go at once', () => {
    const head = `${STREAM}Transfer-Encoding: chunked\r\n\r\n`
    const { left } = answered(LISTEN, [head, chunk(': hello\n\n'), chunk(ENDPOINT)])
    expect(left[1]).toBe(head + chunk(': hello\n\n'))
    expect(left[2]).toBe(head + chunk(': hello\n\n') + chunk(EDITED))
  })

  it('lets a first event go that grows beyond 64 KiB, and says so', () => {
    const input = [`${STREAM}\r\n`, `event: endpoint\n: ${'x'.repeat(40_000)}`, 'x'.repeat(40_000), `\n${ENDPOINT}`]
    const { text, notes } = answered(LISTEN, input)
    expect(text).toBe(input.join(''))
    expect(notes).toEqual([expect.stringContaining('too large')])
  })

  it('of another origin stays, and is noted', () => {
    const input = `${STREAM}\r\nevent: endpoint\ndata: http://other.test/m\n\n`
    const { text, notes } = answered(LISTEN, [input])
    expect(text).toBe(input)
    expect(notes).toEqual([expect.stringMatching(/^unedited .*http:\/\/other\.test\/m/)])
  })

  it('of a compressed stream stays, and is noted', () => {
    const input = `${STREAM}Content-Encoding: gzip\r\n\r\n${ENDPOINT}`
    const { text, notes } = answered(LISTEN, [input])
    expect(text).toBe(input)
    expect(notes).toEqual([expect.stringMatching(/^unedited .*compressed \(gzip\)/)])
  })

  it.each([
    ['a stream of a session', LISTEN.replace('Accept', 'Mcp-Session-Id: 1\r\nAccept'), `${STREAM}\r\n`],
    ['the stream of a POST', LISTEN.replace('GET', 'POST'), `${STREAM}\r\n`],
    ['a stream with a session', LISTEN, `${STREAM}Mcp-Session-Id: 1\r\n\r\n`],
    ['a page', LISTEN, 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n'],
    ['an error', LISTEN, 'HTTP/1.1 404 Not Found\r\nContent-Type: text/event-stream\r\n\r\n'],
  ])('is not looked for in %s', (_, request, head) => {
    const { text, edits } = answered(request, [head + ENDPOINT])
    expect(text).toBe(head + ENDPOINT)
    expect(edits).toEqual([])
  })

  it('is found in the answer to a GET that does not say what it wants', () => {
    const { text } = answered('GET /sse HTTP/1.1\r\n\r\n', [`${STREAM}\r\n${ENDPOINT}`])
    expect(text).toBe(`${STREAM}\r\n${EDITED}`)
  })

  it('is spelled as the client spells the proxy, with the prefix of its server', () => {
    const { text } = answered(LISTEN.replace('127.0.0.1', 'localhost'), [`${STREAM}\r\n${ENDPOINT}`], {
      prefix: '/s/a',
    })
    expect(text).toBe(`${STREAM}\r\n${ENDPOINT.replace('example.test:3000', '127.0.0.1:6278/s/a')}`)
  })

  it('is found behind early hints, and among pipelined answers', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'
    const first = `HTTP/1.1 200 OK\r\nContent-Length: ${ENDPOINT.length}\r\n\r\n${ENDPOINT}`
    const { text } = answered(`POST /m HTTP/1.1\r\nContent-Length: 0\r\n\r\n${LISTEN}`, [
      `${first}${early}${STREAM}\r\n${ENDPOINT}`,
    ])
    expect(text).toBe(`${first}${early}${STREAM}\r\n${EDITED}`)
  })
})

describe('a head that is kept', () => {
  it('is let go after its time, and its body is not edited', () => {
    const half = `${STREAM}Content-Length: ${ENDPOINT.length}\r\n`
    const { left, text, notes } = answered(LISTEN, [half, '<time>', `\r\n${ENDPOINT}`])
    expect(left.slice(0, 2)).toEqual(['', half])
    expect(text).toBe(`${half}\r\n${ENDPOINT}`)
    expect(notes).toEqual([expect.stringContaining('incomplete'), expect.stringContaining('its head had left')])
  })

  it('leaves with the end of the connection', () => {
    const { text } = answered(LISTEN, [STREAM])
    expect(text).toBe(STREAM)
  })

  it('leaves when it turns out to be no HTTP', () => {
    const { text } = answered(LISTEN, ['HTTP/1.1 200 OK\r\nA: 1\rB', 'x\0'])
    expect(text).toBe('HTTP/1.1 200 OK\r\nA: 1\rBx\0')
  })
})

describe('protected resource metadata', () => {
  const document = '{"resource":"http://example.test:3000/mcp","authorization_servers":["http://example.test:3000"]}'
  const wanted = document.replace('http://example.test:3000/mcp', 'http://127.0.0.1:6278/mcp')
  const head = (length: number): string =>
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: "1"\r\nContent-Length: ${length}\r\n\r\n`

  it('names the proxy as its resource and nothing else', () => {
    const { text, edits, told } = answered(METADATA, [head(document.length) + document])
    expect(text).toBe(head(wanted.length) + wanted)
    expect(edits.map((edit) => edit.split(' ')[0])).toEqual(['length', 'resource'])
    expect(told).toBe(text)
  })

  it('waits with its head until it is whole', () => {
    const { left } = answered(METADATA, [head(document.length), document.slice(0, 20), document.slice(20)])
    expect(left).toEqual(['', '', head(wanted.length) + wanted])
  })

  it('in chunks is edited too', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    const { text } = answered(METADATA, [
      `${chunked}${chunk(document.slice(0, 20))}`,
      `${chunk(document.slice(20))}0\r\n\r\n`,
    ])
    expect(unchunked(bodyOf(text))).toBe(wanted)
  })

  it('is known at the place a challenge named', () => {
    const memory = createServerMemory()
    const challenge = 'WWW-Authenticate: Bearer resource_metadata="http://example.test:3000/meta?a=b"\r\n'
    answered('POST /mcp HTTP/1.1\r\n\r\n', [`HTTP/1.1 401 Unauthorized\r\n${challenge}Content-Length: 0\r\n\r\n`], {
      memory,
    })
    const { text } = answered(
      'GET /meta?a=b HTTP/1.1\r\nHost: 127.0.0.1:6278\r\n\r\n',
      [head(document.length) + document],
      { memory },
    )
    expect(text).toBe(head(wanted.length) + wanted)
  })

  it.each([METADATA.replace('/.well-known', '/s/a/.well-known'), METADATA.replace('/mcp', '/s/a/mcp')])(
    'is known behind the path of a server: %j',
    (request) => {
      const routed = document.replace('http://example.test:3000/mcp', 'http://127.0.0.1:6278/s/a/mcp')
      const { text } = answered(request, [head(document.length) + document], { prefix: '/s/a' })
      expect(text).toBe(head(routed.length) + routed)
    },
  )

  it.each([
    ['of an authorization server', METADATA.replace('protected-resource', 'authorization-server')],
    ['of OpenID', METADATA.replace('oauth-protected-resource', 'openid-configuration')],
    ['elsewhere', METADATA.replace('.well-known', 'x')],
  ])('is not looked for in the metadata %s', (_, request) => {
    const { text } = answered(request, [head(document.length) + document])
    expect(text).toBe(head(document.length) + document)
  })

  it.each([
    ['an error', (text: string) => text.replace('200 OK', '404 Not Found')],
    ['what is compressed', (text: string) => text.replace('ETag', 'Content-Encoding: br\r\nETag')],
  ])('is not looked for in %s', (_, change) => {
    const input = change(head(document.length) + document)
    expect(answered(METADATA, [input]).text).toBe(input)
  })
})

describe('a server that does not take the proxy’s name', () => {
  const memory = { resource: true, metadata: new Set<string>() }
  const call = 'POST /mcp HTTP/1.1\r\nAuthorization: Bearer t\r\nContent-Length: 0\r\n\r\n'
  const form = 'POST /token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n'
  const refusal = (challenge: string): string =>
    `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer ${challenge}\r\nContent-Length: 0\r\n\r\n`
  const target = '{"error":"invalid_target"}'
  const refused = `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${target.length}\r\n\r\n${target}`

  it.each([
    [
      'a token for somebody else',
      call,
      refusal('error="invalid_token", error_description="Token was not issued for this resource"'),
    ],
    ['an audience', call, refusal('error="invalid_token", error_description="bad aud claim"')],
    ['the target', call, refusal('error="invalid_target"')],
    ['the resource asked for', form, refused],
  ])('is told of forward mode when it refuses %s', (_, request, answer) => {
    const { notes, text } = answered(request, [answer], { memory })
    expect(notes).toEqual([expect.stringMatching(/^use-forward-mode .*mitmcp forward/)])
    expect(text).toBe(answer)
  })

  it.each([
    [
      'an expired token',
      call,
      refusal('error="invalid_token", error_description="expired", resource_metadata="http://x/protected-resource"'),
      memory,
    ],
    [
      'a call without a token',
      call.replace('Bearer', 'Basic'),
      refusal('error="invalid_token", error_description="aud"'),
      memory,
    ],
    ['another grant', form, refused.replace('target"', 'grant_"'), memory],
    ['a name we never gave', call, refusal('error="invalid_target"'), createServerMemory()],
    ['a resource we never named', form, refused, createServerMemory()],
  ])('is not when it refuses %s', (_, request, answer, known) => {
    const { notes, text } = answered(request, [answer], { memory: known })
    expect(notes).toEqual([])
    expect(text).toBe(answer)
  })
})
