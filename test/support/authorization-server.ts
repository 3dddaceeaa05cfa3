import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface AuthorizationServerOptions {
  /** Resources it issues tokens for; any other is `invalid_target`. Default: all, as a server does that ignores `resource`. */
  readonly accepts?: readonly string[]
  /** Serves https. The certificate's name is `host`. */
  readonly tls?: { readonly key: Buffer | string; readonly cert: Buffer | string }
  /** Name in its URLs. Default `127.0.0.1`. */
  readonly host?: string
}

/** What is known of a token that is valid. */
export interface Grant {
  readonly client: string
  readonly scope: string
  /** The `resource` it was asked for with; empty when there was none. */
  readonly resource: string
}

/**
 * An OAuth 2.1 authorization server on loopback: metadata (RFC 8414), dynamic registration (RFC 7591), an authorization endpoint
 * that consents at once, PKCE S256, refresh with rotation, `iss` in the redirect (RFC 9207), `resource` (RFC 8707).
 */
export interface AuthorizationServer {
  readonly issuer: string
  /** What it was asked, in order: `POST /token authorization_code`, with the `resource` named if there was one. */
  readonly asked: readonly string[]
  /** Every secret it gave out or was sent: codes, verifiers, tokens, client secrets. */
  readonly secrets: ReadonlySet<string>
  /** Its own metadata document, as served. */
  readonly metadata: Readonly<Record<string, unknown>>
  verify(token: string): Grant | undefined
  /** Access tokens issued so far are no longer valid; refresh tokens still are. */
  expire(): void
  close(): Promise<void>
}

interface Code extends Grant {
  readonly redirect: string
  readonly challenge: string
}

export async function startAuthorizationServer({
  accepts,
  tls,
  host = '127.0.0.1',
}: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const clients = new Map<string, readonly string[]>()
  const codes = new Map<string, Code>()
  const tokens = new Map<string, Grant>()
  const refreshes = new Map<string, Grant>()
  const secrets = new Set<string>()
  const asked: string[] = []
  const secret = (prefix: string): string => {
    const value = `${prefix}-${randomBytes(24).toString('base64url')}`
    secrets.add(value)
    return value
  }
  const refused = (resource: string): boolean => accepts !== undefined && !accepts.includes(resource)

  const authorize = ({ searchParams: query }: URL, response: ServerResponse): void => {
    const client = query.get('client_id') ?? ''
    const redirect = query.get('redirect_uri') ?? ''
    const resource = query.get('resource') ?? ''
    if (clients.get(client)?.includes(redirect) !== true) return json(response, 400, { error: 'invalid_request' })
    const back = new URL(redirect)
    const state = query.get('state')
    if (state !== null) back.searchParams.set('state', state)
    back.searchParams.set('iss', issuer)
    const challenge = query.get('code_challenge') ?? ''
    const error = refused(resource)
      ? 'invalid_target'
      : query.get('response_type') !== 'code' || query.get('code_challenge_method') !== 'S256' || challenge === ''
        ? 'invalid_request'
        : undefined
    if (error === undefined) {
      const code = secret('code')
      codes.set(code, { client, redirect, challenge, resource, scope: query.get('scope') ?? '' })
      back.searchParams.set('code', code)
    } else back.searchParams.set('error', error)
    response.writeHead(302, { location: back.href }).end()
  }

  const issue = (response: ServerResponse, grant: Grant): void => {
    const access = secret('access')
    const refresh = secret('refresh')
    tokens.set(access, grant)
    refreshes.set(refresh, grant)
    json(response, 200, {
      access_token: access,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: refresh,
      scope: grant.scope,
    })
  }

  const token = (form: URLSearchParams, response: ServerResponse): void => {
    const resource = form.get('resource')
    if (resource !== null && refused(resource)) return json(response, 400, { error: 'invalid_target' })
    if (form.get('grant_type') === 'refresh_token') {
      const grant = refreshes.get(form.get('refresh_token') ?? '')
      refreshes.delete(form.get('refresh_token') ?? '')
      return grant === undefined ? json(response, 400, { error: 'invalid_grant' }) : issue(response, grant)
    }
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const verifier = form.get('code_verifier') ?? ''
    secrets.add(verifier)
    const proven = code?.challenge === createHash('sha256').update(verifier).digest('base64url')
    if (code === undefined || !proven || code.redirect !== form.get('redirect_uri')) {
      return json(response, 400, { error: 'invalid_grant' })
    }
    issue(response, { client: code.client, scope: code.scope, resource: code.resource })
  }

  const register = (wanted: { redirect_uris?: readonly string[] }, response: ServerResponse): void => {
    const id = randomUUID()
    clients.set(id, wanted.redirect_uris ?? [])
    json(response, 201, { ...wanted, client_id: id, client_id_issued_at: Math.floor(Date.now() / 1000) })
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', issuer)
    const route = `${request.method} ${url.pathname}`
    const body = await textOf(request)
    const form = new URLSearchParams(route === 'POST /token' ? body : '')
    const resource = form.get('resource') ?? url.searchParams.get('resource')
    asked.push([route, form.get('grant_type'), resource].filter(Boolean).join(' '))
    if (route === 'GET /.well-known/oauth-authorization-server') return json(response, 200, metadata)
    if (route === 'POST /register') return register(JSON.parse(body) as object, response)
    if (route === 'GET /authorize') return authorize(url, response)
    if (route === 'POST /token') return token(form, response)
    json(response, 404, { error: 'not_found' })
  }

  const listener: RequestListener = (request, response) => void handle(request, response)
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http${tls === undefined ? '' : 's'}://${host}:${(server.address() as AddressInfo).port}`
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    scopes_supported: ['mcp'],
    authorization_response_iss_parameter_supported: true,
  }
  return {
    issuer,
    asked,
    secrets,
    metadata,
    verify: (value) => tokens.get(value),
    expire: () => tokens.clear(),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part as string
  return text
}
