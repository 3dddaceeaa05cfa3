import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
} from '@modelcontextprotocol/sdk/server/auth/router.js'
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { OAuthMetadata } from '@modelcontextprotocol/sdk/shared/auth.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { AuthorizationServer } from './authorization-server.ts'

export interface ProtectedServerOptions {
  readonly authorization: AuthorizationServer
  /** Refuses tokens that were asked for with another `resource`. Default: takes all of its authorization server's. */
  readonly strict?: boolean
  readonly tls?: { readonly key: Buffer | string; readonly cert: Buffer | string }
  /** Name in its URLs. Default `127.0.0.1`. */
  readonly host?: string
}

export interface ProtectedServer {
  readonly url: string
  readonly port: number
  /** `resource` of every token it let in. */
  readonly resources: ReadonlySet<string>
  close(): Promise<void>
}

/** An MCP server of the official SDK v1 behind OAuth: 401 with `resource_metadata`, protected resource metadata, one tool `whoami`. */
export async function startProtectedServer({
  authorization,
  strict = false,
  tls,
  host = '127.0.0.1',
}: ProtectedServerOptions): Promise<ProtectedServer> {
  const resources = new Set<string>()
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const app = createMcpExpressApp({ host: '127.0.0.1', allowedHosts: ['127.0.0.1', 'localhost', host] })
  const listener = app as unknown as RequestListener
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = new URL(`http${tls === undefined ? '' : 's'}://${host}:${port}/mcp`)
  const oauthMetadata = authorization.metadata as unknown as OAuthMetadata
  app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: url, scopesSupported: ['mcp'] }))
  const bearer = requireBearerAuth({
    verifier: {
      verifyAccessToken: async (token) => {
        const grant = authorization.verify(token)
        if (grant === undefined) throw new InvalidTokenError('The token is unknown or has expired')
        if (!strict || grant.resource === url.href) resources.add(grant.resource)
        const { client, scope, resource } = grant
        return {
          token,
          clientId: client,
          scopes: scope.split(' '),
          expiresAt: Date.now() / 1000 + 3600,
          ...(resource === '' ? {} : { resource: new URL(resource) }),
        }
      },
    },
    requiredScopes: ['mcp'],
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(url),
    ...(strict ? { expectedResource: url } : {}),
  })
  app.all('/mcp', bearer, async (request: IncomingMessage & { body?: unknown }, response: ServerResponse) => {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    const transport = known ?? (await opened(sessions))
    await transport.handleRequest(request, response, request.body)
  })
  return {
    url: url.href,
    port,
    resources,
    close: async () => {
      for (const transport of sessions.values()) await transport.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function opened(sessions: Map<string, StreamableHTTPServerTransport>): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  })
  const server = new McpServer({ name: 'protected-server', version: '1.0.0' })
  server.registerTool('whoami', {}, ({ authInfo }) => ({
    content: [{ type: 'text', text: `scopes ${authInfo?.scopes.join(' ')}` }],
  }))
  // the transport's own types are not written for exactOptionalPropertyTypes
  await server.connect(transport as Transport)
  return transport
}
