/** What URLs of the upstream are called by clients of the proxy. */

export interface UrlMap {
  /** `http://host:port` or `https://host:port`, as `URL.origin` spells it. */
  readonly upstreamOrigin: string
  /** The proxy's origin as the client spells it. */
  readonly ownOrigin: string
  /** Path under which clients reach this server; empty where paths are the upstream's own. */
  readonly prefix: string
}

/** The first `length` characters of a reference give way to `text`. */
export interface Mapped {
  readonly length: number
  readonly text: string
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i
const SCHEME_RELATIVE = /^\/\/[^/?#\\]*/

/**
 * Maps a URI reference (RFC 3986 §4.1) so that it leads through the proxy: absolute and scheme-relative ones of the upstream's
 * origin, and, where there is a prefix, paths from the root. Undefined for those that stay as they are: relative paths, queries, and
 * everything of another origin.
 */
export function mapReference(reference: string, map: UrlMap): Mapped | undefined {
  const absolute = ABSOLUTE.exec(reference)?.[0]
  if (absolute !== undefined) {
    if (originOf(absolute) !== map.upstreamOrigin) return undefined
    return { length: absolute.length, text: map.ownOrigin + map.prefix }
  }
  const relative = SCHEME_RELATIVE.exec(reference)?.[0]
  if (relative !== undefined) {
    const scheme = map.upstreamOrigin.slice(0, map.upstreamOrigin.indexOf('/'))
    if (originOf(scheme + relative) !== map.upstreamOrigin) return undefined
    return { length: relative.length, text: map.ownOrigin.slice(map.ownOrigin.indexOf('/')) + map.prefix }
  }
  return map.prefix !== '' && reference.startsWith('/') ? { length: 0, text: map.prefix } : undefined
}

/** Whether a client of the proxy that follows this reference goes to another origin. */
export function leadsElsewhere(reference: string, { ownOrigin }: UrlMap): boolean {
  return URL.canParse(reference, ownOrigin) && new URL(reference, ownOrigin).origin !== new URL(ownOrigin).origin
}

/** What is mapped begins with this: a reference that does not, and whose start is no start of it, stays as it is. */
export function mayBeMapped(start: string, { upstreamOrigin, prefix }: UrlMap): boolean {
  const text = start.toLowerCase()
  if (text === '' || text.startsWith('/')) return prefix !== '' || text.length < 2 || text.startsWith('//')
  const scheme = upstreamOrigin.slice(0, upstreamOrigin.indexOf('/') + 2)
  return scheme.startsWith(text) || text.startsWith(scheme)
}

/** The origin of an http or ws target: what its absolute URLs begin with. */
export function httpOrigin(url: URL): string {
  return url.protocol.startsWith('ws') ? new URL(url.href.replace(/^ws/, 'http')).origin : url.origin
}

/** Undefined for what is no URL, or names a user: that is another place to a client. */
function originOf(text: string): string | undefined {
  return URL.canParse(text) && !text.includes('@') ? new URL(text).origin : undefined
}
