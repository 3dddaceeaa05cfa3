/** The variables that send a client through our proxy and make it trust our authority. */
import { existsSync, readFileSync } from 'node:fs'

type Env = Readonly<Record<string, string | undefined>>

export interface ClientTrust {
  /** File with our certificate, for programs that add it to what they trust. */
  readonly extra: string
  /** File with everything to trust, for programs that take one list. */
  readonly bundle: string
}

/** Programs that add to what they trust, and those that take the whole list. */
const EXTRA = ['NODE_EXTRA_CA_CERTS', 'DENO_CERT'] as const
const WHOLE = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'CARGO_HTTP_CAINFO',
  'PIP_CERT',
  'AWS_CA_BUNDLE',
  'HTTPLIB2_CA_CERTS',
  'NIX_SSL_CERT_FILE',
  'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
] as const
const PROXY = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'] as const

/**
 * The environment of a client. `NO_PROXY` is empty so that servers on this machine are reached through us too. `preload`: module
 * for Node versions that do not read the proxy variables.
 */
export const clientEnvironment = (env: Env, url: string, trust: ClientTrust, preload: string): NodeJS.ProcessEnv => ({
  ...env,
  ...Object.fromEntries(PROXY.map((name) => [name, url])),
  NO_PROXY: '',
  no_proxy: '',
  // Node 22.21 and 24 read the variables above when they see this one
  NODE_USE_ENV_PROXY: '1',
  NODE_OPTIONS: [env['NODE_OPTIONS'], `--require=${quotedForNode(preload)}`].filter(Boolean).join(' '),
  ...Object.fromEntries(EXTRA.map((name) => [name, trust.extra])),
  ...Object.fromEntries(WHOLE.map((name) => [name, trust.bundle])),
})

/** Node splits the variable at blanks, but for those in double quotes; a backslash escapes inside them. */
const quotedForNode = (path: string): string => (/[\s"\\]/.test(path) ? `"${path.replace(/[\\"]/g, '\\$&')}"` : path)

/** Where systems keep the list of what they trust. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** What the client trusted before: the files its environment names, and the system's. Files that cannot be read are left out. */
export const trustedBefore = (env: Env): { extra: string; whole: string } => {
  const read = (files: readonly (string | undefined)[]): string =>
    [...new Set(files)]
      .filter((file) => file !== undefined && file !== '')
      .map(textOf)
      .filter((text) => text !== '')
      .join('\n')
  return {
    extra: read(EXTRA.map((name) => env[name])),
    whole: read([...WHOLE.map((name) => env[name]), SYSTEM_BUNDLES.find((file) => existsSync(file))]),
  }
}

const textOf = (file: string | undefined): string => {
  try {
    return readFileSync(file ?? '', 'utf8')
  } catch {
    return ''
  }
}

/** The proxy a client would have used without us, which then is on our way: a company's, most likely. */
export const proxyBefore = (env: Env): string | undefined =>
  ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
    .map((name) => env[name])
    .find((value) => value !== undefined && /^(https?:\/\/)?[^/]+/.test(value) && !/^socks/i.test(value))
