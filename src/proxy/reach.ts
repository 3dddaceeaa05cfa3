/** How upstreams are reached: what is trusted, who we say we are, and through which other proxy. */
import { readFileSync } from 'node:fs'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { ProxyError } from '../errors.ts'
import { exemptions, parseUpstreamProxy, type DialOptions } from '../transports/index.ts'

export interface ReachSettings {
  /** Do not verify certificates of servers. */
  insecure?: boolean
  /** File (PEM) with certificates of authorities to trust besides the usual ones. */
  ca?: string
  /** Files (PEM) with the certificate shown to servers that ask for one, and its key. The key may stand in the certificate's file. */
  clientCert?: string
  clientKey?: string
  /** Proxy on the way to servers: `http://user:password@proxy:3128`, https too. Its credentials are never recorded. */
  upstreamProxy?: string
  /** Hosts reached without it. Default: what the variable `NO_PROXY` says. */
  noProxy?: string
}

/** Throws `OPTION_INVALID` for files that cannot be read or are none. */
export function dialOptions(settings: ReachSettings): DialOptions {
  const {
    insecure = false,
    upstreamProxy,
    noProxy = process.env['NO_PROXY'] ?? process.env['no_proxy'] ?? '',
  } = settings
  const secureContext = contextOf(settings)
  const options = { insecure, ...(secureContext === undefined ? {} : { secureContext }) }
  if (upstreamProxy === undefined) return options
  const proxy = parseUpstreamProxy(upstreamProxy, insecure)
  const exempt = exemptions(noProxy)
  return { ...options, via: (host, port) => (exempt(host, port) ? undefined : proxy) }
}

function contextOf({ ca, clientCert, clientKey }: ReachSettings): SecureContext | undefined {
  if (clientKey !== undefined && clientCert === undefined) {
    throw new ProxyError('OPTION_INVALID', 'There is a key (--client-key) without its certificate.', {
      hint: 'Name the certificate too: --client-cert <file>',
    })
  }
  if (ca === undefined && clientCert === undefined) return undefined
  const cert = clientCert === undefined ? undefined : pem('--client-cert', clientCert)
  const key = clientKey === undefined ? cert : pem('--client-key', clientKey)
  const files = [ca, clientCert, clientKey].filter((file) => file !== undefined).join(', ')
  try {
    return createSecureContext({
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ...certificates(ca), ...extraCertificates()] }),
      ...(cert === undefined ? {} : { cert, key }),
    })
  } catch (cause) {
    throw new ProxyError('OPTION_INVALID', `${files} cannot be used for TLS: ${(cause as Error).message}.`, {
      hint: 'Certificate and key have to be PEM, belong together, and the key must have no passphrase.',
      cause,
    })
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

function certificates(file: string): string[] {
  const found = pem('--ca', file).match(CERTIFICATE)
  if (found !== null) return found
  throw new ProxyError('OPTION_INVALID', `${file} has no certificate in it.`, {
    hint: 'It has to be PEM: -----BEGIN CERTIFICATE----- and so on.',
  })
}

/** Node forgets them for whoever names authorities of its own. */
function extraCertificates(): string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'] ?? ''
  if (file === '') return []
  try {
    return readFileSync(file, 'utf8').match(CERTIFICATE) ?? []
  } catch {
    return []
  }
}

function pem(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ProxyError('OPTION_INVALID', `The file of ${flag} cannot be read: ${(cause as Error).message}.`, {
      cause,
    })
  }
}
