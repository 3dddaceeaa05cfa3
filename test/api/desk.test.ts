import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startDesk } from '../../src/api/desk.ts'
import { builtPage, TOKEN } from '../support/api-fixture.ts'
import { captureFixture } from '../support/capture-fixture.ts'

const desk = async (more: { port?: number; host?: string; db?: string } = { port: 0 }) => {
  const started = await startDesk({
    db: captureFixture().path,
    host: '127.0.0.1',
    token: TOKEN,
    uiFolder: builtPage(),
    proxyUrl: null,
    target: null,
    version: '1.2.3',
    ...more,
  })
  onTestFinished(() => started.close())
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${started.port}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } })
  return { ...started, ask }
}

const taken = async (): Promise<{ server: Server; port: number }> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { server, port: (server.address() as AddressInfo).port }
}

test('serves the page and the API on one port', async () => {
  const { ask, port } = await desk()
  const page = await ask('/')
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await page.text()).toContain('<title>mitmcp</title>')
  expect(await (await ask('/api/status')).json()).toMatchObject({
    version: '1.2.3',
    proxyUrl: null,
    totals: { frames: 0 },
  })
  expect((await fetch(`http://127.0.0.1:${port}/api/status`)).status).toBe(401)
})

test('tells the personas that come with the program', async () => {
  const { ask } = await desk()
  const told = (await (await ask('/api/personas')).json()) as { name: string }[]
  expect(told.map(({ name }) => name)).toContain('nginx-default')
})

test('a port that was named and is taken is an error that says by whom', async () => {
  const { port } = await taken()
  await expect(desk({ port })).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringContaining(process.platform === 'linux' ? `(pid ${process.pid})` : String(port)),
    hint: expect.stringContaining('--ui-port 0'),
  })
})

test('an address that is not of this machine is an error', async () => {
  await expect(desk({ host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
})

test('without a named port the next free one is found, the ones of the MCP Inspector and of the proxy left alone', async () => {
  const [first, second] = [await desk({}), await desk({})]
  expect(second.port).not.toBe(first.port)
  for (const { port } of [first, second]) expect([6274, 6275, 6276, 6277, 6278]).not.toContain(port)
})

test('a capture that cannot be read is an error, and no port stays open', async () => {
  await expect(desk({ db: '/nowhere/capture.db', port: 0 })).rejects.toMatchObject({ code: 'STORE_OPEN_FAILED' })
})

test('closes at once with a live stream and an idle connection open', async () => {
  const open = await desk()
  const idle = connect(open.port, '127.0.0.1')
  await once(idle, 'connect')
  const stream = (await open.ask('/api/live')).body?.getReader()
  await stream?.read()
  const idleClosed = once(idle, 'close')
  const before = performance.now()
  await open.close()
  expect(performance.now() - before).toBeLessThan(500)
  await idleClosed
  await expect(stream?.read().then((result) => result?.done)).resolves.toBe(true)
  await expect(open.ask('/')).rejects.toThrow('fetch failed')
})

/** The status line and fields of the answer to a request written as it is. */
const raw = async (port: number, request: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1')
  socket.write(request.replaceAll('PORT', String(port)))
  let answer = ''
  for await (const chunk of socket.setEncoding('latin1')) answer += chunk as string
  return answer
}

test.each([
  ['GET /api/sessions HTTP/1.1\r\nHost: 127.0.0.1:PORT', 401],
  ['GET /%61pi/sessions HTTP/1.1\r\nHost: 127.0.0.1:PORT', 401],
  ['GET /api/%73essions HTTP/1.1\r\nHost: 127.0.0.1:PORT', 401],
  ['GET /x/../api/sessions HTTP/1.1\r\nHost: 127.0.0.1:PORT', 401],
  ['GET http://127.0.0.1:PORT/api/sessions HTTP/1.1\r\nHost: 127.0.0.1:PORT', 401],
  ['HEAD /api/sessions HTTP/1.1\r\nHost: 127.0.0.1:PORT', 401],
  ['GET //api/sessions HTTP/1.1\r\nHost: 127.0.0.1:PORT', 404],
  ['GET /../../package.json HTTP/1.1\r\nHost: 127.0.0.1:PORT', 404],
  ['GET /api/sessions HTTP/1.1\r\nHost: evil.example', 403],
  ['GET http://127.0.0.1:PORT/api/sessions HTTP/1.1\r\nHost: evil.example', 403],
  ['GET http://evil.example/api/sessions HTTP/1.1\r\nHost: evil.example', 403],
  ['GET / HTTP/1.0', 400],
  ['GET /api/sessions HTTP/1.1', 400],
])('no spelling of a request gets around the guard: %s', async (request, status) => {
  const { port } = await desk()
  const answer = await raw(port, `${request}\r\nConnection: close\r\n\r\n`)
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
})

test('the same request with the token is answered', async () => {
  const { port } = await desk()
  const fields = `Host: 127.0.0.1:PORT\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`
  expect(await raw(port, `GET /api/sessions HTTP/1.1\r\n${fields}`)).toMatch(/^HTTP\/1\.1 200 /)
})
