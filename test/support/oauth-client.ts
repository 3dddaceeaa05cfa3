import type { OAuthClientInformationMixed, OAuthClientMetadata, OAuthTokens } from '@modelcontextprotocol/client'

/** An OAuth client that keeps everything in memory, for SDK clients of both generations, and a user who always consents. */
export interface OAuthClient {
  readonly redirectUrl: string
  readonly clientMetadata: OAuthClientMetadata
  state(): string
  clientInformation(): OAuthClientInformationMixed | undefined
  saveClientInformation(information: OAuthClientInformationMixed): void
  tokens(): OAuthTokens | undefined
  saveTokens(tokens: OAuthTokens): void
  redirectToAuthorization(url: URL): void
  saveCodeVerifier(verifier: string): void
  codeVerifier(): string
  /** What the user's browser was sent to, and where it was sent back to: the callback's parameters. */
  callback(): Promise<URLSearchParams>
}

/** `fetch`: the browser's. */
export function oauthClient(browse: typeof fetch = fetch): OAuthClient {
  let information: OAuthClientInformationMixed | undefined
  let tokens: OAuthTokens | undefined
  let verifier = ''
  let authorization: URL | undefined
  const redirectUrl = 'http://127.0.0.1:1/callback'
  return {
    redirectUrl,
    clientMetadata: {
      redirect_uris: [redirectUrl],
      client_name: 'a-client',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => 'a-state',
    clientInformation: () => information,
    saveClientInformation: (value) => void (information = value),
    tokens: () => tokens,
    saveTokens: (value) => void (tokens = value),
    redirectToAuthorization: (url) => void (authorization = url),
    saveCodeVerifier: (value) => void (verifier = value),
    codeVerifier: () => verifier,
    callback: async () => {
      if (authorization === undefined) throw new Error('the user was asked nothing')
      const response = await browse(authorization, { redirect: 'manual' })
      await response.text()
      const location = response.headers.get('location')
      if (location === null) throw new Error(`no redirect but ${response.status}`)
      return new URL(location).searchParams
    },
  }
}
