/** The yardstick: `http-proxy` bare, with a keep-alive agent and no hooks. Argument: the upstream's port. */
import { Agent, createServer } from 'node:http'
import httpProxy from 'http-proxy'
import { ready } from '../ready.ts'

const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${process.argv[2]}`,
  agent: new Agent({ keepAlive: true }),
  ws: true,
})
const server = createServer((request, response) => proxy.web(request, response))
server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head))
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', 4096, () => ready(server))
