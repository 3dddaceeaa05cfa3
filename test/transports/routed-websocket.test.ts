import { expect, it, onTestFinished } from 'vitest'
import { createProxies } from '../../src/proxy.ts'
import { createLine } from '../support/line.ts'
import { dial } from '../support/raw.ts'
import { closeFrame, masked, wsFrame } from '../support/websocket-frames.ts'

const upgrade = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n`
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

it('a WebSocket reaches the server its path names, with what is sent together with the handshake, both ways', async () => {
  const a = await createLine()
  const b = await createLine()
  const proxy = await createProxies({
    servers: [
      { name: 'a', target: `http://127.0.0.1:${a.serverPort}/mcp` },
      { name: 'b', target: `ws://127.0.0.1:${b.serverPort}/mcp` },
    ],
    oneListener: { port: 0 },
    db: false,
    ui: false,
  })
  const client = await dial(proxy.servers[0]!.port)
  onTestFinished(async () => {
    client.socket.destroy()
    await proxy.close()
    await Promise.all([a.close(), b.close()])
  })
  expect(proxy.servers[1]!.url).toBe(`ws://127.0.0.1:${proxy.servers[1]!.port}/s/b/mcp`)
  const [early, late] = [masked(1, 'early').toString('latin1'), masked(1, 'late').toString('latin1')]
  client.write(upgrade('/s/b/mcp') + early)
  const server = await b.accept()
  await server.until(upgrade('/mcp') + early)
  const hello = wsFrame(1, 'hello').toString('latin1')
  server.write(SWITCHING + hello)
  await client.until(SWITCHING + hello)
  client.write(late)
  await server.until(late)
  server.end(closeFrame(1001))
  expect(await client.ended()).toBe('fin')
  expect(client.text()).toBe(SWITCHING + hello + closeFrame(1001).toString('latin1'))
  expect(server.text()).toBe(upgrade('/mcp') + early + late)
})
