/** HTTP/1 input as peers write it, as some peers write it wrongly, and as no peer should: for property tests. */
import fc from 'fast-check'

const pick = (...texts: string[]) => fc.constantFrom(...texts)

const lineEnd = fc.oneof({ weight: 20, arbitrary: pick('\r\n') }, { weight: 3, arbitrary: pick('\n') })

const requestLine = fc.oneof(
  {
    weight: 5,
    arbitrary: pick('POST /mcp HTTP/1.1', 'GET /sse?a=b HTTP/1.1', 'DELETE /mcp HTTP/1.1', 'HEAD / HTTP/1.1'),
  },
  {
    weight: 1,
    arbitrary: pick(
      'GET / HTTP/1.0',
      'GET  /  HTTP/1.1',
      'OPTIONS * HTTP/1.1',
      'GET http://a:1/b HTTP/1.1',
      'GET /caf\xe9 HTTP/1.1',
      'PROPFIND / HTTP/1.1',
      'FROBNICATE / HTTP/1.1',
      'GET /a b HTTP/1.1',
      'GET / HTTP/2.0',
      'GET /',
      'GET / HTTP/1.1 ',
      'CONNECT a:443 HTTP/1.1',
      'PRI * HTTP/2.0',
      '\r\n\nGET / HTTP/1.1',
      '\x16\x03\x01\x02',
    ),
  },
)

const statusLine = fc.oneof(
  { weight: 5, arbitrary: pick('HTTP/1.1 200 OK', 'HTTP/1.1 202 Accepted', 'HTTP/1.1 404 Not Found') },
  {
    weight: 1,
    arbitrary: pick(
      'HTTP/1.1 100 Continue',
      'HTTP/1.1 103 Early Hints',
      'HTTP/1.1 101 Switching Protocols',
      'HTTP/1.1 204 No Content',
      'HTTP/1.1 304 Not Modified',
      'HTTP/1.1 200',
      'HTTP/1.1 200 ',
      'HTTP/1.0 200 OK',
      'HTTP/1.1  200 OK',
      'HTTP/1.1 20 OK',
      'HTTP/1.1 2000 OK',
      'HTTP/1.1 200 \xe9\xff',
      '\r\nHTTP/1.1 200 OK',
      'ICY 200 OK',
    ),
  },
)

const plainField = pick(
  'Host: a',
  'X-Trace: 1',
  'Content-Type: application/json',
  'Accept:*/*',
  'X:',
  'Connection: keep-alive',
)
const hardField = pick(
  'Connection: close',
  'Expect: 100-continue',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'X: a\r\n folded',
  'X:\r\n\tfolded',
  'X: a\r\n \r\n\t b',
  'X : y',
  'X\t: y',
  'no colon',
  ': no name',
  ' Leading: blank',
  'X: \x01\x7f\xff',
  'X: a\rY: b',
  'K\xe9y: v',
  'Content-Type: text/event-stream',
)
const lengthField = pick(
  'Content-Length: 5',
  'content-length:5',
  'Content-Length: 0',
  'Content-Length: 05 ',
  'Content-Length : 5',
  'Content-Length: 5, 5',
  'Content-Length: 5, 6',
  'Content-Length: +5',
  'Content-Length: 0x5',
  'Content-Length: 5 5',
  'Content-Length:\r\n 5',
  'Content-Length:',
  'Content-Length: 9007199254740993',
  'Content-Length: 99999999999999999999999',
)
const codingField = pick(
  'Transfer-Encoding: chunked',
  'transfer-encoding:Chunked ',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: gzip,chunked',
  'Transfer-Encoding: chunked, gzip',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunkedx',
  'Transfer-Encoding: chunked,',
  'Transfer-Encoding:',
  'Transfer-Encoding:\r\n chunked',
)

const fields = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: plainField },
    { weight: 2, arbitrary: hardField },
    { weight: 3, arbitrary: lengthField },
    { weight: 3, arbitrary: codingField },
  ),
  { maxLength: 4 },
)

const chunk = pick(
  '5\r\nhello\r\n',
  '5\r\nhello\r\n',
  'A\r\n0123456789\r\n',
  '5;name=value\r\nhello\r\n',
  '5;a="b;c"\r\nhello\r\n',
  '5 \r\nhello\r\n',
  '5 ;a\r\nhello\r\n',
  '005\r\nhello\r\n',
  '5\nhello\n',
  '5\r\nhello',
  '5\r\nhello\n',
  '5\rhello\r\n',
  '5\r\nhello\rX',
  'g\r\n',
  '\r\n',
  '-5\r\nhello\r\n',
  '20000000000001\r\nhello\r\n',
  'fffffffffffffffffff\r\nhello\r\n',
)
const lastChunk = pick(
  '0\r\n\r\n',
  '0\r\n\r\n',
  '000\r\n\r\n',
  '0;a\r\n\r\n',
  '0\r\nX-Sum: 1\r\n\r\n',
  '0\n\n',
  '0\r\nX: 1\n y\n\r\n',
  '',
)
const body = fc.oneof(
  pick('', 'hello', 'hello', '{"jsonrpc":"2.0","id":1,"result":{}}', 'data: a\r\n\r\n', '0', 'HTTP/1.1 200 OK\r\n\r\n'),
  fc.tuple(fc.array(chunk, { maxLength: 3 }), lastChunk).map(([chunks, last]) => chunks.join('') + last),
)

const written = (start: string, lines: readonly string[], ends: readonly string[], text: string): string => {
  const head = [start, ...lines].map((line, k) => line + ends[k]!).join('')
  return `${head}${ends.at(-1)!}${text}`
}
const lineEnds = fc.array(lineEnd, { minLength: 6, maxLength: 6 })

/** Head and body chosen apart. */
const wildMessage = (startLine: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(startLine, fields, lineEnds, body).map((parts) => written(...parts))

/** A body that is just what its head says. */
const fittingBody = fc.oneof(
  pick('', 'hello', 'data: a\r\n\r\n').map((text) => [`Content-Length: ${text.length}`, text] as const),
  fc
    .tuple(
      fc.array(fc.constantFrom('5\r\nhello\r\n', 'd;x=y\r\ndata: abc\r\n\r\n\r\n'), { maxLength: 3 }),
      pick('0\r\n\r\n', '0\r\nX-Sum: 1\r\n\r\n'),
    )
    .map(([chunks, last]) => ['Transfer-Encoding: chunked', chunks.join('') + last] as const),
)
const fittingMessage = (startLine: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      startLine,
      fc.array(fc.oneof({ weight: 4, arbitrary: plainField }, hardField), { maxLength: 3 }),
      fittingBody,
    )
    .map(([start, lines, [field, text]]) => written(start, [...lines, field], Array<string>(6).fill('\r\n'), text))

const message = (startLine: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 3, arbitrary: wildMessage(startLine) }, { weight: 4, arbitrary: fittingMessage(startLine) })

/** A byte put in, taken out or changed, here and there. */
const mutation = fc.tuple(
  fc.nat(),
  fc.constantFrom('put', 'drop', 'change'),
  fc.constantFrom(...'\r\n :;,0A5\x00\x80'.split('')),
)

function mutate(text: string, mutations: readonly [number, string, string][]): string {
  return mutations.reduce((before, [place, how, c]) => {
    const at = place % (before.length + 1)
    return before.slice(0, at) + (how === 'drop' ? '' : c) + before.slice(how === 'put' ? at : at + 1)
  }, text)
}

const stream = (startLine: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.array(message(startLine), { minLength: 1, maxLength: 3 }),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 2, arbitrary: fc.array(mutation, { maxLength: 2 }) },
      ),
    )
    .map(([messages, mutations]) => Buffer.from(mutate(messages.join(''), mutations), 'latin1'))

/** Requests one after another on a connection. */
export const requests = stream(requestLine)
/** Responses one after another. */
export const responses = stream(statusLine)
/** Methods of the requests that were answered by them. */
export const askedMethods = fc.array(pick('GET', 'POST', 'POST', 'HEAD', 'CONNECT'), { maxLength: 4 })
