/** Laws 1, 2, 3, 5 and 13: every byte of heads and bodies, as sent. */
import { passes, same, finish, type Law } from './law.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const HEAD = 'Host: server.test:456\r\n'
const post = (body: string): string => `POST /mcp HTTP/1.1\r\n${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`
const answer = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const ODD_REQUEST =
  'POST /mcp HTTP/1.1\r\nhOsT: server.test:456\r\nX-a: 1\r\nx-A:2\r\nX-A:   3\t \r\nCookie: a=1\r\nCookie: b=2\r\n' +
  'Connection: keep-alive, X-Hop\r\nX-Hop: yes\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nProxy-Authorization: Basic eA==\r\n' +
  'ACCEPT: application/json,text/event-stream\r\nX-Empty:\r\ncontent-length: 2\r\n\r\n{}'

const ODD_RESPONSE =
  'HTTP/1.1 200 OK\r\nsErVer: x\r\nSet-Cookie: a=1\r\nX-Dup: 1\r\nset-cookie: b=2\r\nX-Dup: 2\r\nx-dup:3\r\nVary:  a ,b\r\n' +
  'Connection: close, X-Hop\r\nX-Hop: yes\r\nProxy-Connection: keep-alive\r\nX-Latin: \xe9\xff\r\nX-Empty:\r\ncontent-LENGTH: 2\r\n\r\nok'

const CHUNKS =
  'POST /mcp HTTP/1.1\r\n' +
  HEAD +
  'Transfer-Encoding: chunked\r\n\r\n1;name=value;quoted="a;b"\r\n{\r\n0003 ; x\r\n"a"\r\n00a;\r\n:123456789\r\n1\r\n}\r\n000;last=1\r\n\r\n'

const CHUNKED_ANSWER =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\nA;x=y\r\n0123456789\r\n00000000001\r\n.\r\nfF\r\n' +
  'z'.repeat(255) +
  '\r\n0;e\r\n\r\n'

const TRAILED =
  'HTTP/1.1 200 OK\r\nTrailer: X-Sum, Server-Timing\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum:  abc\r\nserver-Timing: db;dur=5\r\n\r\n'

const TRAILED_REQUEST =
  'POST /mcp HTTP/1.1\r\n' +
  HEAD +
  'Transfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n2\r\n{}\r\n0\r\nX-End: 1\r\nx-end:2\r\nHost: 127.0.0.1\r\n\r\n'

const EARLY =
  'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Again\r\nlink: </b>\r\n\r\n'

const JSON_TEXT =
  '{"n":1.0,"big":123456789012345678901234567890,"e":1E+2,"b":2,"a":1,"b":3,"bad":"\xff\xfe\xc3(","\\u0041":null , "s":"\\/"}  \n\t\r\n '

const PATHS = [
  '/',
  '/mcp',
  '//mcp///x/',
  '/mcp/../.well-known/./x',
  '/.well-known/oauth-protected-resource/mcp',
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration/a',
  '/authorize?response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb',
  '/token',
  '/register',
  '/health',
  '/sse',
  '/messages?sessionId=a%2Fb',
  '/api/status',
  '/metrics',
  '/s/name/mcp',
]

export const heads: readonly Law[] = [
  passes(
    1,
    'passes heads byte for byte: case, order, duplicates, spacing, hop-by-hop fields',
    ODD_REQUEST,
    ODD_RESPONSE,
  ),
  passes(1, 'passes chunk sizes and extensions as sent', CHUNKS, CHUNKED_ANSWER),
  passes(1, 'invents no field', 'GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 204 No Content\r\n\r\n'),
  passes(1, 'passes HTTP/1.0 as it is', 'GET / HTTP/1.0\r\n\r\n', 'HTTP/1.0 200 OK\r\n\r\nuntil the end'),
  passes(
    1,
    'passes folded fields and bare line feeds',
    `GET /mcp HTTP/1.1\n${HEAD}X-Fold: a\r\n  b\r\n\tc\nX-B: 1\r\n\r\n`,
    'HTTP/1.1 200 OK\nX-Fold: a\r\n b\nContent-Length: 2\n\nok',
  ),
  passes(2, 'passes status text', post('{}'), 'HTTP/1.1 299 Fine, \xa1and then some!\r\nContent-Length: 0\r\n\r\n'),
  passes(2, 'passes a status line without text', post('{}'), 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok'),
  passes(2, 'passes 102 and 103 before the answer', post('{}'), EARLY + OK),
  passes(2, 'passes trailers of the answer', post('{}'), TRAILED),
  passes(2, 'passes trailers of the request', TRAILED_REQUEST, OK),
  passes(
    2,
    'passes Date as sent',
    post('{}'),
    'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n',
  ),
  passes(
    2,
    'keeps a length with an encoding',
    post('{}'),
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00',
  ),
  passes(
    3,
    'passes HEAD, whose answer has a length and no body',
    `HEAD /mcp HTTP/1.1\r\n${HEAD}\r\n`,
    'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n',
  ),
  passes(3, 'passes 204', `DELETE /mcp HTTP/1.1\r\n${HEAD}\r\n`, 'HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n'),
  passes(
    3,
    'passes 304 with a length',
    `GET /mcp HTTP/1.1\r\n${HEAD}If-None-Match: "a"\r\n\r\n`,
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
  ),
  passes(3, 'passes empty bodies', post(''), 'HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
  passes(3, 'passes a body on GET', `GET /mcp HTTP/1.1\r\n${HEAD}Content-Length: 4\r\n\r\nbody`, OK),
  passes(
    3,
    'passes a body on DELETE',
    `DELETE /mcp HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n`,
    OK,
  ),
  passes(3, 'passes unknown methods', `M-SEARCH /mcp HTTP/1.1\r\n${HEAD}\r\n`, OK),
  passes(3, 'passes methods nobody knows', `fro!b~ /mcp HTTP/1.1\r\n${HEAD}\r\n`, OK),
  passes(3, 'passes a URL of 100 kB', `GET /mcp?q=${'x'.repeat(100_000)} HTTP/1.1\r\n${HEAD}\r\n`, OK),
  passes(
    3,
    'passes %2F, raw bytes and odd characters in paths',
    `GET /a%2Fb%2f/\xc3\xa9\xff"<>|^\`{}?x=%00&y=[z]#frag HTTP/1.1\r\n${HEAD}\r\n`,
    OK,
  ),
  passes(3, 'passes an absolute-form target', `GET http://other.test:81/mcp HTTP/1.1\r\n${HEAD}\r\n`, OK),
  passes(
    3,
    'passes CONNECT',
    'CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\n\r\n',
    'HTTP/1.1 200 Connection Established\r\n\r\n\x16\x03\x01raw',
  ),
  same(3, 'passes Expect: 100-continue and its 100', async (line) => {
    const request = `POST /mcp HTTP/1.1\r\n${HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`
    const client = await line.dial()
    client.write(request)
    const server = await line.accept()
    await server.until(request)
    server.write('HTTP/1.1 100 Go on\r\nX-Why: not\r\n\r\n')
    await client.until('HTTP/1.1 100 Go on\r\nX-Why: not\r\n\r\n')
    client.write('{}')
    await server.until(request + '{}')
    server.write(OK)
    await client.until(OK)
    return await finish(client, server)
  }),
  same(3, 'passes a refusal of Expect: 100-continue', async (line) => {
    const client = await line.dial()
    client.write(`POST /mcp HTTP/1.1\r\n${HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`)
    const server = await line.accept()
    await server.until('\r\n\r\n')
    server.write('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n')
    await client.until('417 Expectation Failed\r\nContent-Length: 0\r\n\r\n')
    return await finish(client, server)
  }),
  passes(5, 'passes JSON byte for byte', post(JSON_TEXT), answer(JSON_TEXT)),
  passes(
    5,
    'passes what calls itself JSON and is not',
    post('{"a":\x00'),
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n\xef\xbb\xbf',
  ),
  same(13, 'asks upstream for the very path it was asked for', async (line) => {
    const seen: unknown[] = []
    for (const path of PATHS) {
      const client = await line.dial()
      client.write(`GET ${path} HTTP/1.1\r\n${HEAD}\r\n`)
      const server = await line.accept()
      await server.until(`GET ${path} HTTP/1.1\r\n${HEAD}\r\n`)
      server.write(OK)
      await client.until(OK)
      seen.push(await finish(client, server))
    }
    return seen
  }),
  passes(13, 'asks upstream for `*`', `OPTIONS * HTTP/1.1\r\n${HEAD}\r\n`, OK),
]
