/** Law 12: what is rewritten, and everything beside it that is not. `PROXY` and `SERVER` stand for the two ports. */
import { expect } from 'vitest'
import { ours, withServer, type Law } from './law.ts'
import type { Line, StartOptions } from '../support/line.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const GET = 'GET /mcp HTTP/1.1\r\nHost: server.test\r\n\r\n'

const ports = (text: string, line: Line): string => withServer(line, text.replaceAll('PROXY', String(line.port)))

/** One exchange; what each side must get, to the byte. */
async function exchange(line: Line, [request, arrives]: Rewrite, [answer, comes]: Rewrite): Promise<void> {
  const client = await line.dial()
  client.write(ports(request, line))
  const server = await line.accept()
  await server.until(ports(arrives, line))
  server.end(ports(answer, line))
  await client.ended()
  client.end()
  await server.ended()
  expect(server.text()).toBe(ports(arrives, line))
  expect(client.text()).toBe(ports(comes, line))
}

/** What is sent, and what arrives. */
type Rewrite = readonly [sent: string, arrives: string]

const kept = (text: string): Rewrite => [text, text]
const requested = (fields: string): string =>
  `POST /mcp HTTP/1.1\r\nX-A: 1\r\n${fields}X-B: 2\r\nContent-Length: 2\r\n\r\n{}`
const redirected = (fields: string, status = '307 Temporary Redirect'): string =>
  `HTTP/1.1 ${status}\r\nX-A: 1\r\n${fields}X-B: 2\r\nContent-Length: 0\r\n\r\n`

function requests(claim: string, rewrites: readonly Rewrite[], options: StartOptions = {}): Law {
  return ours(12, claim, options, async (line) => {
    for (const [sent, arrives] of rewrites) await exchange(line, [requested(sent), requested(arrives)], kept(OK))
  })
}

function answers(
  claim: string,
  rewrites: readonly Rewrite[],
  options: StartOptions & { target?: { host: string } } = {},
): Law {
  return ours(12, claim, options, async (line) => {
    for (const [sent, comes] of rewrites) await exchange(line, kept(GET), [redirected(sent), redirected(comes)])
  })
}

const HOSTS: readonly Rewrite[] = [
  ['Host: 127.0.0.1:PROXY\r\n', 'Host: 127.0.0.1:SERVER\r\n'],
  ['hOST:127.0.0.1:PROXY\r\n', 'hOST:127.0.0.1:SERVER\r\n'],
  ['HOST:  \t127.0.0.1:PROXY \t\r\n', 'HOST:  \t127.0.0.1:SERVER \t\r\n'],
  ['Host: localhost:PROXY\r\n', 'Host: 127.0.0.1:SERVER\r\n'],
]

const ORIGINS: readonly Rewrite[] = [
  ['Origin: http://127.0.0.1:PROXY\r\n', 'Origin: http://127.0.0.1:SERVER\r\n'],
  ['oRigin:  http://localhost:PROXY \r\n', 'oRigin:  http://127.0.0.1:SERVER \r\n'],
]

const FOREIGN = [
  'Host: server.test\r\n',
  'Host: evil.test:PROXY\r\n',
  'Host: 127.0.0.1\r\n',
  'Host: 127.0.0.1:1\r\n',
  'Host: 127.0.0.1:PROXY0\r\n',
  'Host: 127.0.0.1:PROXY.evil.test\r\n',
  'Host: evil.test,127.0.0.1:PROXY\r\n',
  'Host: user@127.0.0.1:PROXY\r\n',
  'Host: localhost.evil.test:PROXY\r\n',
  'Host: 127.0.0.1:SERVER\r\n',
  'Host:\r\n',
  'X-Host: 127.0.0.1:PROXY\r\n',
  'X-Forwarded-Host: 127.0.0.1:PROXY\r\n',
  'Hos: 127.0.0.1:PROXY\r\n',
  'Hostt: 127.0.0.1:PROXY\r\n',
  'Forwarded: host=127.0.0.1:PROXY\r\n',
  'Referer: http://127.0.0.1:PROXY/page\r\n',
  'Origin: null\r\n',
  'Origin: http://evil.test\r\n',
  'Origin: https://127.0.0.1:PROXY\r\n',
  'Origin: http://127.0.0.1:PROXY/\r\n',
  'Origin: http://127.0.0.1:PROXY.evil.test\r\n',
  'Origin: http://127.0.0.1:1\r\n',
  'Origin: http://127.0.0.1:SERVER\r\n',
]

const LOCATIONS: readonly Rewrite[] = [
  ['Location: http://127.0.0.1:SERVER/mcp/?a=b%2F#c\r\n', 'Location: http://127.0.0.1:PROXY/mcp/?a=b%2F#c\r\n'],
  ['lOcAtIoN:http://127.0.0.1:SERVER\r\n', 'lOcAtIoN:http://127.0.0.1:PROXY\r\n'],
  ['Location:  http://127.0.0.1:SERVER?x \r\n', 'Location:  http://127.0.0.1:PROXY?x \r\n'],
]

const LOCATIONS_KEPT = [
  'Location: /mcp/\r\n',
  'Location: mcp\r\n',
  'Location: //127.0.0.2/mcp\r\n',
  'Location: https://127.0.0.1:SERVER/mcp\r\n',
  'Location: http://127.0.0.1:SERVER0/mcp\r\n',
  'Location: http://127.0.0.1:SERVER.evil.test/\r\n',
  'Location: http://127.0.0.1:SERVER@evil.test/\r\n',
  'Location: http://evil.test/?next=http://127.0.0.1:SERVER/\r\n',
  'Location: /login?next=http://127.0.0.1:SERVER/\r\n',
  'X-Location: http://127.0.0.1:SERVER/\r\n',
  'Link: <http://127.0.0.1:SERVER/>; rel=next\r\n',
  'Access-Control-Allow-Origin: http://127.0.0.1:SERVER\r\n',
  'Content-Security-Policy: connect-src http://127.0.0.1:SERVER\r\n',
]

const COOKIES_KEPT = [
  'Set-Cookie: a=1; Path=/; HttpOnly; SameSite=Lax\r\n',
  'Set-Cookie: a=domain=localhost; Path=/x; Secure\r\n',
  'Set-Cookie: a=1; Domain=other.test; Secure\r\n',
  'Set-Cookie: a=1; domain=notlocalhost\r\n',
  'Set-Cookie: Domain=localhost\r\n',
]

const BODY = 'data: {"url":"http://127.0.0.1:SERVER/mcp","host":"127.0.0.1:PROXY"}\n\n'
const untouchedText = ours(
  12,
  'rewrites nothing in bodies, trailers, chunk extensions or targets',
  {},
  async (line) => {
    const inner =
      'Host: 127.0.0.1:PROXY\r\nOrigin: http://127.0.0.1:PROXY\r\nLocation: http://127.0.0.1:SERVER/\r\n\r\n'
    const body = ports(inner, line)
    const request =
      `POST http://127.0.0.1:PROXY/mcp?Host:127.0.0.1:PROXY HTTP/1.1\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `${body.length.toString(16)};Host=127.0.0.1:PROXY\r\n${body}\r\n0\r\nHost: 127.0.0.1:PROXY\r\n\r\n`
    const events = ports(BODY, line)
    await exchange(
      line,
      kept(request),
      kept(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${events}${body}`),
    )
  },
)

const tunnels = ours(
  12,
  'rewrites nothing in a connection that has been switched to another protocol',
  {},
  async (line) => {
    const handshakes = [
      [
        'GET /mcp HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n',
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n',
      ],
      ['CONNECT other.test:1 HTTP/1.1\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\0\0\0\x04\0\0\0\0\0'],
    ] as const
    for (const [asked, answered] of handshakes) {
      const client = await line.dial()
      client.write(asked)
      const server = await line.accept()
      await server.until(asked)
      server.write(answered)
      await client.until(answered)
      const up = ports(requested('Host: 127.0.0.1:PROXY\r\nOrigin: http://127.0.0.1:PROXY\r\n'), line)
      const down = ports(redirected('Location: http://127.0.0.1:SERVER/\r\n'), line)
      client.write(up)
      await server.until(asked.length + up.length)
      server.write(down)
      await client.until(answered.length + down.length)
      expect(server.text()).toBe(asked + up)
      expect(client.text()).toBe(answered + down)
    }
  },
)

const pipelined = ours(
  12,
  'finds the heads among pipelined requests and their answers, and only those',
  {},
  async (line) => {
    const inner = 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:SERVER/no\r\n\r\n'
    const text = ports(inner, line)
    const moved = 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:SERVER/yes\r\nContent-Length: 0\r\n\r\n'
    const between =
      `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n` +
      `HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\nLocation: http://127.0.0.1:SERVER/\r\n\r\n` +
      `HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`
    const host = 'Host: 127.0.0.1:PROXY\r\n'
    const body = ports(host, line)
    const asked = `HEAD / HTTP/1.1\r\n${host}\r\nPOST / HTTP/1.1\r\n${host}Content-Length: ${body.length}\r\n\r\n${body}`
    const rest = `GET /n HTTP/1.1\r\n${host}\r\nGET /4 HTTP/1.1\r\n${host}\r\nGET /5 HTTP/1.1\r\n${host}\r\n`
    const edited = (all: string): string => all.replaceAll(host, 'Host: 127.0.0.1:SERVER\r\n')
    await exchange(
      line,
      [asked + rest, edited(asked.slice(0, -body.length)) + body + edited(rest)],
      [between + moved, between + moved.replace('SERVER', 'PROXY')],
    )
  },
)

/** The domain may be dropped or made the proxy's: a client takes the cookie either way. Nothing else may change. */
const cookies = ours(12, 'frees cookies from the server’s domain', { target: { host: 'localhost' } }, async (line) => {
  const client = await line.dial()
  client.write(GET)
  const server = await line.accept()
  await server.until(GET)
  server.write(
    redirected(
      'Set-Cookie: a=b=c;  Path=/; Domain=localhost; HttpOnly\r\nset-cookie: d=1;domain=LOCALHOST\r\n',
      '200 OK',
    ),
  )
  await client.until('\r\n\r\n')
  const domain = '(;\\s*domain=127\\.0\\.0\\.1)?'
  expect(client.text()).toMatch(
    new RegExp(
      `\\r\\nSet-Cookie: a=b=c;  Path=/${domain}; HttpOnly\\r\\nset-cookie: d=1${domain}\\r\\nX-B: 2\\r\\n`,
      'i',
    ),
  )
  expect(client.text()).not.toMatch(/localhost/i)
})

const setFields: StartOptions = {
  headers: [
    ['Authorization', 'Bearer ours'],
    ['X-Extra', 'a b'],
  ],
}
const added = ours(
  12,
  'sets the fields it is told to set, in place of the client’s, and nothing else',
  setFields,
  async (line) => {
    const client = await line.dial()
    const server = async (request: string): Promise<string> => {
      client.write(request)
      const peer = await line.accept()
      await peer.until('{}')
      return peer.text()
    }
    const text = await server(requested('authorization: Bearer theirs\r\nX-Authorization: kept\r\n'))
    const fields = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n')
    expect(fields.filter((field) => /^authorization:/i.test(field))).toEqual([
      expect.stringMatching(/^authorization: Bearer ours$/i),
    ])
    expect(fields.filter((field) => /^x-extra:/i.test(field))).toEqual(['X-Extra: a b'])
    const rest = fields.filter((field) => !/^(authorization|x-extra):/i.test(field))
    expect(`${rest.join('\r\n')}${text.slice(text.indexOf('\r\n\r\n'))}`).toBe(requested('X-Authorization: kept\r\n'))
  },
)

const everyRequest = ours(
  12,
  'sets them on every request of a connection, also pipelined and split anywhere',
  setFields,
  async (line) => {
    const client = await line.dial()
    const request = requested('Authorization: Bearer theirs\r\nHost: 127.0.0.1:PROXY\r\n')
    const all = ports(request + request, line)
    client.write(all)
    const server = await line.accept()
    await server.until('{}')
    for (const byte of all) client.socket.write(byte, 'latin1')
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(server.text())), line.patienceMs)
      const look = (): void => void (server.text().split('{}').length === 5 && (clearTimeout(timer), resolve()))
      server.onChange(look)
      look()
    })
    expect(server.text().match(/Bearer ours/g)).toHaveLength(4)
    expect(server.text()).not.toMatch(/theirs/)
    expect(server.text().match(new RegExp(`Host: 127.0.0.1:${line.serverPort}\\r\\n`, 'g'))).toHaveLength(4)
    const head = server.text().split('{}').slice(0, 4)
    expect(new Set(head).size).toBe(1)
  },
)

const split = ours(12, 'rewrites a field that comes in pieces', {}, async (line) => {
  const text = ports(requested('Host: 127.0.0.1:PROXY\r\nOrigin: http://127.0.0.1:PROXY\r\n'), line)
  const wanted = ports(requested('Host: 127.0.0.1:SERVER\r\nOrigin: http://127.0.0.1:SERVER\r\n'), line)
  for (const at of [1, 30, 31, 33, 35, 36, 40, 46, 52, 53, 54, 55, 60, 64, 70, 75, 85, 86, 87, 90].filter(
    (index) => index < text.length,
  )) {
    const client = await line.dial()
    client.write(text.slice(0, at))
    await new Promise((resolve) => setTimeout(resolve, 4))
    client.write(text.slice(at))
    const server = await line.accept()
    await server.until('{}')
    expect(server.text(), `cut at ${at}`).toBe(wanted)
  }
})

export const edits: readonly Law[] = [
  requests('rewrites Host where it names the proxy, and not a byte beside it', HOSTS),
  requests('rewrites Origin where it names the proxy, and not a byte beside it', ORIGINS),
  requests('passes every Host and Origin that does not name the proxy, and all other fields', FOREIGN.map(kept)),
  answers('rewrites redirects to the server’s own origin', LOCATIONS),
  answers('passes every other Location, and all other fields', LOCATIONS_KEPT.map(kept)),
  answers('passes cookies that name no domain of the server', COOKIES_KEPT.map(kept), {
    target: { host: 'localhost' },
  }),
  requests(
    'rewrites nothing when told not to',
    [...HOSTS, ...ORIGINS].map(([sent]) => kept(sent)),
    { rewrite: false },
  ),
  answers(
    'rewrites no answer when told not to',
    LOCATIONS.map(([sent]) => kept(sent)),
    { rewrite: false },
  ),
  untouchedText,
  tunnels,
  pipelined,
  cookies,
  added,
  everyRequest,
  split,
]
