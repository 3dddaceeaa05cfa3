import {
  Client as V2Client,
  StreamableHTTPClientTransport as V2Transport,
  UnauthorizedError as V2Unauthorized,
} from '@modelcontextprotocol/client'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { oauthClient } from './oauth-client.ts'

/** What became of a login, and of a call behind it; and of another one once the token had expired. */
export interface OAuthTold {
  readonly called: unknown
  readonly refreshed: unknown
}

/** `expire`: makes the access token invalid between the two calls. */
export type OAuthStory = (url: string, expire: () => void) => Promise<OAuthTold>

/** Logs in with the official v1 client, from a 401 to a token, calls, calls again with an expired token. */
export const v1Login: OAuthStory = async (url, expire) => {
  const authProvider = oauthClient()
  const connect = async (): Promise<Client> => {
    const client = new Client({ name: 'v1-client', version: '1.0.0' })
    // the transport's own types are not written for exactOptionalPropertyTypes
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider } as never) as Transport)
    return client
  }
  await refusedWith(UnauthorizedError, connect())
  const login = new StreamableHTTPClientTransport(new URL(url), { authProvider } as never)
  await login.finishAuth((await authProvider.callback()).get('code') ?? '')
  const client = await connect()
  const called = await client.callTool({ name: 'whoami' })
  expire()
  const refreshed = await client.callTool({ name: 'whoami' })
  await client.close()
  return { called, refreshed }
}

/** The same with the official v2 client. */
export const v2Login: OAuthStory = async (url, expire) => {
  const authProvider = oauthClient()
  const connect = async (): Promise<V2Client> => {
    const client = new V2Client({ name: 'v2-client', version: '2.0.0' })
    await client.connect(new V2Transport(new URL(url), { authProvider }))
    return client
  }
  await refusedWith(V2Unauthorized, connect())
  await new V2Transport(new URL(url), { authProvider }).finishAuth(await authProvider.callback())
  const client = await connect()
  const called = await client.callTool({ name: 'whoami' })
  expire()
  const refreshed = await client.callTool({ name: 'whoami' })
  await client.close()
  return { called, refreshed }
}

async function refusedWith(kind: new () => Error, promise: Promise<unknown>): Promise<void> {
  const error = await promise.then(
    () => new Error('nobody asked for a login'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof kind)) throw error
}
