import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A running demo server. */
export interface DemoServer {
  /** `http://127.0.0.1:<port>/mcp` */
  readonly url: string
  close(): Promise<void>
}

/**
 * The bundled MCP server, on a free port of 127.0.0.1. It listens at once and loads the SDK behind the first request's back; requests
 * wait for that.
 */
export const startDemoServer = async (): Promise<DemoServer> => {
  const endpoint = import('./endpoint.ts').then(({ createEndpoint }) => createEndpoint())
  const server = createServer((request, response) => {
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/mcp') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('The demo server is at /mcp\n')
      return
    }
    void endpoint
      .then(({ handle }) => handle(request, response))
      .catch(() => {
        if (response.headersSent) response.destroy()
        else response.writeHead(500).end()
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    close: async () => {
      await (await endpoint).close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
