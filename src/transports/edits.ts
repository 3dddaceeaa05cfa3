/**
 * The documented edits of a reverse proxy: `Host` and `Origin` where they name the proxy, `Location`, `resource_metadata` and a
 * cookie's `Domain` where they name the upstream, and fields the user asked for. Any other value passes as it came, so that the
 * server's own defence against DNS rebinding keeps working.
 */
import { valueOf } from './field-line.ts'
import type { EditTable, LineEdit } from './edit-table.ts'
import { httpOrigin, mapReference, type UrlMap } from './url-map.ts'

export interface Names {
  /** Authorities (`host:port`, lower case) that mean the proxy itself. */
  readonly own: ReadonlySet<string>
  /** How clients spell the proxy unless their `Host` says otherwise. */
  readonly ownAuthority: string
  /** `http:` or `https:` as the client speaks to the proxy. */
  readonly ownScheme: string
  readonly upstream: URL
  /** Path under which clients reach this server. Default: none, paths are the upstream's own. */
  readonly prefix?: string
  /** How clients outside reach the proxy: its authority counts as our own name, with its scheme. */
  readonly publicUrl?: URL | undefined
}

export interface Rewriting {
  readonly names: Names
  /** False: only `headers` apply. */
  readonly rewrite: boolean
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** The tables of both directions of one connection; the answers' edits follow the name its client last used. */
export interface ConnectionEdits {
  readonly request: EditTable
  readonly response: EditTable
  /** What the upstream's URLs are called by the client that spoke last; absent where no bodies are edited. */
  readonly map?: () => UrlMap
}

const NOTHING = new Uint8Array(0)
const METADATA_URL = /(?<=^|[\s,])resource_metadata[ \t]*=[ \t]*(?:"([^"]*)"|([^\s,"]+))/gi
/** Everything of a request line before `/s/<name>`: method, authority of an absolute target, a well-known document's name. */
const ROUTED_PATH = /^(\S+ +(?:https?:\/\/[^/\s]*)?(\/\.well-known\/[^/\s?]+)?)\/s\/[^/\s?]+/i

type LineEditor = (line: Uint8Array) => LineEdit | null

/** Made once for each connection. */
export function connectionEdits({ names, rewrite, headers }: Rewriting): ConnectionEdits {
  const { prefix = '', publicUrl, ownScheme } = names
  const outside = publicUrl === undefined ? [] : authoritiesOf(publicUrl)
  const schemeOf = (authority: string): string | undefined => {
    const name = authority.toLowerCase()
    if (publicUrl !== undefined && outside.includes(name)) return publicUrl.protocol
    return names.own.has(name) ? ownScheme : undefined
  }
  const upstreamOrigin = httpOrigin(names.upstream)
  let ownOrigin = publicUrl?.origin ?? `${ownScheme}//${names.ownAuthority}`
  const map = (): UrlMap => ({ upstreamOrigin, ownOrigin, prefix })

  const upstreamHost = Buffer.from(names.upstream.host, 'latin1')
  let host = ''
  let isOurs = false
  const hostEdit: LineEditor = (line) => {
    const { text, from, to } = valueOf(line)
    // most clients say the same each time
    if (text !== host) {
      host = text
      const scheme = schemeOf(text)
      isOurs = scheme !== undefined && text !== names.upstream.host
      if (scheme !== undefined) ownOrigin = `${scheme}//${text}`
    }
    return isOurs ? { from, to, bytes: upstreamHost, rule: 'host' } : null
  }

  const origin: LineEditor = (line) => {
    const { text, from, to } = valueOf(line)
    const scheme = /^https?:/.exec(text)?.[0] ?? ''
    if (scheme === '' || schemeOf(text.slice(scheme.length + 2)) !== scheme || !text.startsWith('//', scheme.length)) {
      return null
    }
    return { from, to, bytes: Buffer.from(upstreamOrigin, 'latin1'), rule: 'origin' }
  }

  const request: Record<string, LineEditor> = {
    ...(rewrite ? { host: hostEdit, origin } : {}),
    ...withoutTheirs(headers),
  }
  const response: Record<string, LineEditor> = rewrite
    ? {
        location: (line) => locationEdit(line, map()),
        'set-cookie': (line) => cookieEdit(line, names.upstream.hostname, map()),
        'www-authenticate': (line) => challengeEdit(line, map()),
      }
    : {}
  return {
    ...(rewrite ? { map } : {}),
    request: {
      names: Object.keys(request),
      line: (name, line) => request[name]?.(line) ?? null,
      insert: headers.map(([name, value]) => ({
        bytes: Buffer.from(`${name}: ${value}\r\n`, 'utf8'),
        rule: `header:${name}`,
        secret: true,
      })),
      ...(prefix === '' ? {} : { start: prefixEdit }),
    },
    response: { names: Object.keys(response), line: (name, line) => response[name]?.(line) ?? null, insert: [] },
  }
}

/** Takes out the client's own fields of these names. */
function withoutTheirs(headers: Rewriting['headers']): Record<string, LineEditor> {
  const editorOf =
    (name: string): LineEditor =>
    (line) => ({
      from: 0,
      to: line.length,
      bytes: NOTHING,
      rule: `header:${name}`,
      secret: true,
    })
  return Object.fromEntries(headers.map(([name]) => [name.toLowerCase(), editorOf(name)]))
}

function locationEdit(line: Uint8Array, map: UrlMap): LineEdit | null {
  const { text, from } = valueOf(line)
  const mapped = mapReference(text, map)
  if (mapped === undefined) return null
  return { from, to: from + mapped.length, bytes: Buffer.from(mapped.text, 'latin1'), rule: 'location' }
}

/** Both ways in which a client may spell it in `Host`. */
function authoritiesOf({ host, hostname, port, protocol }: URL): string[] {
  return port === '' ? [host, `${hostname}:${protocol === 'https:' ? 443 : 80}`] : [host]
}

/** Takes `/s/<name>` out of the path of a request line; what is left begins with `/`. Also behind `/.well-known/<document>`. */
function prefixEdit(line: Uint8Array): LineEdit | null {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1')
  const found = ROUTED_PATH.exec(text)
  if (found === null) return null
  const [whole, before = '', document] = found
  const rooted = text[whole.length] === '/' || document !== undefined
  return { from: before.length, to: whole.length, bytes: Buffer.from(rooted ? '' : '/'), rule: 'path-prefix' }
}

/** A cookie for the upstream's domain, or for a path of its, would never come back to the proxy's. */
function cookieEdit(line: Uint8Array, upstream: string, { ownOrigin, prefix }: UrlMap): LineEdit | null {
  const { text, from, to } = valueOf(line)
  const own = new URL(ownOrigin).hostname
  const edited = text.replaceAll(
    /;[ \t]*(domain|path)[ \t]*=[ \t]*([^;]*)/gi,
    (attribute, name: string, value: string) => {
      if (name.toLowerCase() === 'path') return value.startsWith('/') ? attribute.replace('/', `${prefix}/`) : attribute
      const domain = value.trim().toLowerCase().replace(/^\./, '')
      const reaches = (host: string): boolean => host === domain || host.endsWith(`.${domain}`)
      return domain !== '' && reaches(upstream) && !reaches(own) ? '' : attribute
    },
  )
  if (edited === text) return null
  let same = 0
  while (edited[same] === text[same]) same++
  let tail = 0
  while (tail < edited.length - same && tail < text.length - same && edited.at(-1 - tail) === text.at(-1 - tail)) tail++
  const bytes = Buffer.from(edited.slice(same, edited.length - tail), 'latin1')
  return { from: from + same, to: to - tail, bytes, rule: bytes.length === 0 ? 'cookie-domain' : 'cookie-path' }
}

/** `resource_metadata` (RFC 9728 §5.1), quoted or not, in every challenge of the line. */
function challengeEdit(line: Uint8Array, map: UrlMap): LineEdit | null {
  const { text, from } = valueOf(line)
  const urls = [...text.matchAll(METADATA_URL)].flatMap((match) => {
    const url = match[1] ?? match[2] ?? ''
    const at = match.index + match[0].lastIndexOf(url)
    const mapped = mapReference(url, map)
    return mapped === undefined ? [] : [{ at, end: at + mapped.length, text: mapped.text }]
  })
  const [first] = urls
  const last = urls.at(-1)
  if (first === undefined || last === undefined) return null
  let edited = ''
  let at = first.at
  for (const url of urls) {
    edited += text.slice(at, url.at) + url.text
    at = url.end
  }
  return { from: from + first.at, to: from + last.end, bytes: Buffer.from(edited, 'latin1'), rule: 'resource-metadata' }
}
