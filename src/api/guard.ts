/** Who may ask: the page itself and programs that know the token; no other page, under no other name (design §12). */
import type { MiddlewareHandler } from 'hono'
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { ProxyError } from '../errors.ts'

export interface GuardOptions {
  /** Address that was bound. */
  readonly host: string
  /** Port that was bound, known once it listens. */
  readonly port: () => number
  readonly token: string
}

const CONTENT_SECURITY_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
  `form-action 'none'`,
].join('; ')

/** On every answer, refusals included. There are no CORS fields on purpose. */
export const secureHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('X-Frame-Options', 'DENY')
  c.header('Referrer-Policy', 'no-referrer')
  c.header('Cross-Origin-Resource-Policy', 'same-origin')
  c.header('Cross-Origin-Opener-Policy', 'same-origin')
  if (c.req.path.startsWith('/api')) c.header('Cache-Control', 'no-store')
}

/**
 * `Host` has to be an address of ours, so that a name an attacker points at us (DNS rebinding) is refused; `Origin`, where
 * given, our own. For the page's files and the API alike. Throws `FORBIDDEN`.
 */
export function ownNames({ host, port }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    const asked = c.req.header('host') ?? ''
    if (!isOwnName(asked, host, port())) {
      throw new ProxyError('FORBIDDEN', `${asked || 'A request without Host'} is not an address of this mitmcp.`, {
        hint: `Ask http://${host}:${port()}/ instead.`,
      })
    }
    const origin = c.req.header('origin')
    if (origin !== undefined && !(origin.startsWith('http://') && isOwnName(origin.slice(7), host, port()))) {
      throw new ProxyError('FORBIDDEN', `Pages of ${origin} may not ask this mitmcp.`, {
        hint: 'Only its own page and programs with the token may.',
      })
    }
    await next()
  }
}

/** Never from another site's page, and never without the token, in `Authorization` and nowhere else. Throws `FORBIDDEN`, `UNAUTHORIZED`. */
export function ownCallers({ token }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    const site = c.req.header('sec-fetch-site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new ProxyError('FORBIDDEN', `A page of another site may not ask this mitmcp (Sec-Fetch-Site: ${site}).`, {
        hint: 'Only its own page and programs with the token may.',
      })
    }
    const given = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1]
    if (given === undefined || !sameToken(given, token)) {
      throw new ProxyError(
        'UNAUTHORIZED',
        given === undefined ? 'The token is missing.' : 'The token is not the right one.',
        {
          hint: 'Send Authorization: Bearer <token>; it stands behind #token= in the address mitmcp printed at its start.',
        },
      )
    }
    await next()
  }
}

/** `name` with or without port, as in `Host`. An IP address is no name that could be rebound: fine when all addresses are bound. */
function isOwnName(name: string, bound: string, port: number): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(name)
  if (match === null || Number(match[2] ?? 80) !== port) return false
  const host = (match[1] as string).toLowerCase().replace(/^\[|\]$/g, '')
  if (['localhost', '127.0.0.1', '::1', bound.toLowerCase()].includes(host)) return true
  return (bound === '0.0.0.0' || bound === '::') && isIP(host) !== 0
}

/** Digests are of one length and say nothing of how much was right. */
function sameToken(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}
