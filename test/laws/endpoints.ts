/** Laws 12 and 18: what leads a client on, in streams and in metadata, leads it through the proxy. */
import { expect } from 'vitest'
import { ours, same, withServer, type Law } from './law.ts'
import type { Line } from '../support/line.ts'

const GET = (path: string, line: Line): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${line.port}\r\nAccept: text/event-stream\r\n\r\n`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

const framings: Readonly<Record<string, (events: readonly string[]) => string>> = {
  chunked: (events) => `${STREAM}Transfer-Encoding: chunked\r\n\r\n${events.map(chunk).join('')}0\r\n\r\n`,
  'with a length': (events) => `${STREAM}Content-Length: ${events.join('').length}\r\n\r\n${events.join('')}`,
  'until the end': (events) => `${STREAM}\r\n${events.join('')}`,
}

/** The body, out of its framing. */
function bodyOf(response: string): string {
  const start = response.indexOf('\r\n\r\n') + 4
  if (!/^transfer-encoding: chunked/im.test(response.slice(0, start))) return response.slice(start)
  let text = ''
  for (let at = start; ;) {
    const line = response.indexOf('\r\n', at)
    const size = Number.parseInt(response.slice(at, line), 16)
    if (!(size > 0)) return text
    text += response.slice(line + 2, line + 2 + size)
    at = line + 4 + size
  }
}

/** One GET on a connection of its own; what the client got, and the path that reached the server. */
async function asked(line: Line, path: string, answer: string): Promise<{ text: string; reached: string }> {
  const client = await line.dial()
  client.write(GET(path, line))
  const server = await line.accept()
  await server.until('\r\n\r\n')
  server.end(answer)
  await client.ended()
  const reached = /^\S+ (\S+)/.exec(server.text())?.[1] ?? ''
  client.end()
  return { text: client.text(), reached }
}

/** What the endpoint event says to a client that asked for `/app/sse`, and where its POST then arrives. */
async function led(line: Line, said: string, framing: string): Promise<{ endpoint: string; reached: string }> {
  const events = [': hello\n\n', `event: endpoint\ndata: ${said}\n\n`, 'event: message\ndata: {"jsonrpc":"2.0"}\n\n']
  const { text } = await asked(line, '/app/sse', framings[framing]!(events))
  const endpoint = /event: endpoint\ndata: (.*)\n\n/.exec(bodyOf(text))?.[1] ?? ''
  const base = `http://127.0.0.1:${line.port}`
  const url = new URL(endpoint, `${base}${line.prefix}/app/sse`)
  expect(bodyOf(text)).toBe(events.join('').replace(said, endpoint))
  if (url.origin !== base) return { endpoint, reached: 'not the proxy' }
  const { reached } = await asked(
    line,
    url.pathname.slice(line.prefix.length) + url.search,
    'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n',
  )
  return { endpoint, reached }
}

/** Forms of the endpoint, with where its POSTs have to arrive. `SERVER` and `PROXY` stand for the ports. */
const FORMS: readonly (readonly [form: string, said: string, seen: string, reached: string])[] = [
  ['absolute', 'http://127.0.0.1:SERVER/m?s=1', 'http://127.0.0.1:PROXY/m?s=1', '/m?s=1'],
  ['absolute in capitals', 'HTTP://127.0.0.1:SERVER/m', 'http://127.0.0.1:PROXY/m', '/m'],
  ['scheme-relative', '//127.0.0.1:SERVER/m?s=1', '//127.0.0.1:PROXY/m?s=1', '/m?s=1'],
  ['relative to the root', '/m?s=1', '/m?s=1', '/m?s=1'],
  ['relative', 'm?s=1', 'm?s=1', '/app/m?s=1'],
  ['a query alone', '?s=1', '?s=1', '/app/sse?s=1'],
  ['of another host', 'http://other.test/m', 'http://other.test/m', 'not the proxy'],
]

const forms = FORMS.flatMap(([form, said, seen, reached]) =>
  Object.keys(framings).map((framing) =>
    ours(18, `leads to the proxy by an endpoint that is ${form}, in a body ${framing}`, {}, async (line) => {
      const ports = (text: string): string => withServer(line, text.replaceAll('PROXY', `${line.port}${line.prefix}`))
      const endpoint = seen.startsWith('/') && !seen.startsWith('//') ? line.prefix + seen : ports(seen)
      expect(await led(line, ports(said), framing)).toEqual({ endpoint, reached })
    }),
  ),
)

const untouched = same(
  18,
  'rewrites no event that is no endpoint, and no endpoint that is not the first event',
  async (line) => {
    const texts = [
      `data: http://127.0.0.1:${line.serverPort}/m\n\n`,
      `event: endpoints\ndata: http://127.0.0.1:${line.serverPort}/m\n\n`,
      `data: 1\n\nevent: endpoint\ndata: http://127.0.0.1:${line.serverPort}/m\n\n`,
    ]
    const got: string[] = []
    for (const text of texts) {
      const { text: answer } = await asked(line, '/mcp', framings['chunked']!([text]))
      got.push(answer.replaceAll(String(line.serverPort), 'SERVER'))
    }
    return got
  },
)

const off = ours(18, 'leaves the endpoint as it is when told to rewrite nothing', { rewrite: false }, async (line) => {
  const said = withServer(line, 'http://127.0.0.1:SERVER/m')
  expect((await led(line, said, 'chunked')).endpoint).toBe(said)
})

const METADATA = '/.well-known/oauth-protected-resource/mcp'
const document = (port: string): string =>
  `{ "resource" : "http://127.0.0.1:${port}/mcp","authorization_servers":["http://127.0.0.1:SERVER"],"n":1.0}`
const json = (text: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`

const resource = ours(
  12,
  'names the proxy as the resource of its metadata, and changes nothing beside it',
  {},
  async (line) => {
    const named = (port: string): string => json(withServer(line, document(port)))
    const { text, reached } = await asked(line, METADATA, named('SERVER'))
    expect(reached).toBe(METADATA)
    expect(text).toBe(named(`${line.port}${line.prefix}`))
  },
)

const challenge = ours(12, 'names the proxy in a challenge’s resource_metadata', {}, async (line) => {
  const answer = (port: string): string =>
    `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error="invalid_token", resource_metadata="http://127.0.0.1:${port}${METADATA}"\r\nContent-Length: 0\r\n\r\n`
  const { text } = await asked(line, '/mcp', withServer(line, answer('SERVER')))
  expect(text).toBe(answer(`${line.port}${line.prefix}`))
})

const metadataOff = ours(12, 'rewrites no metadata when told not to', { rewrite: false }, async (line) => {
  const answer = json(withServer(line, document('SERVER')))
  expect((await asked(line, METADATA, answer)).text).toBe(answer)
})

export const endpoints: readonly Law[] = [...forms, untouched, off, resource, challenge, metadataOff]
