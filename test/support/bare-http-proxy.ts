/** `http-proxy` as its README shows it, with the one handler without which it ends the process. */
import httpProxy from 'http-proxy'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { StartProxy } from './line.ts'

export const startBareHttpProxy: StartProxy = async ({ port, host = '127.0.0.1' }) => {
  const proxy = httpProxy.createProxyServer({ target: { host, port }, ws: true })
  const sockets = new Set<Socket>()
  proxy.on('error', (_error, _request, response) => void response.destroy())
  const server = createServer((request, response) => proxy.web(request, response))
  server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head))
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port: (server.address() as AddressInfo).port, close }
}
