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

/** What one connection has come to: the client's name for us. */
interface Own {
  /** Of URLs as the client that spoke last writes them. */
  origin: string
}

type LineEditor = (line: Uint8Array, own: Own) => LineEdit | null

/** One direction of one connection: lines by name, the same for all connections but for `own`. */
interface Lines {
  readonly names: readonly string[]
  readonly editors: Readonly<Record<string, LineEditor>>
  readonly insert: EditTable['insert']
  readonly start: EditTable['start']
}

class Table implements EditTable {
  readonly names: readonly string[]
  readonly insert: EditTable['insert']
  readonly start: EditTable['start']
  readonly #editors: Lines['editors']
  readonly #own: Own

  constructor({ names, editors, insert, start }: Lines, own: Own) {
    this.names = names
    this.insert = insert
    this.start = start
    this.#editors = editors
    this.#own = own
  }

  line(name: string, line: Uint8Array): LineEdit | null {
    return this.#editors[name]?.(line, this.#own) ?? null
  }
}

/** Those of one connection; for one of many see `editsMaker`. */
export function connectionEdits(rewriting: Rewriting): ConnectionEdits {
  return editsMaker(rewriting)()
}

/** Gives those of each connection: thousands share what is the same for all. */
export function editsMaker({ names, rewrite, headers }: Rewriting): () => ConnectionEdits {
  const { prefix = '', publicUrl, ownScheme } = names
  const outside = publicUrl === undefined ? [] : authoritiesOf(publicUrl)
  const schemeOf = (authority: string): string | undefined => {
    const name = authority.toLowerCase()
    if (publicUrl !== undefined && outside.includes(name)) return publicUrl.protocol
    return names.own.has(name) ? ownScheme : undefined
  }
  const upstreamOrigin = httpOrigin(names.upstream)
  const ownOrigin = publicUrl?.origin ?? `${ownScheme}//${names.ownAuthority}`
  const map = ({ origin }: Own): UrlMap => ({ upstreamOrigin, ownOrigin: origin, prefix })

  const host: LineEditor = (line, own) => {
    const { text, from, to } = valueOf(line)
    const scheme = schemeOf(text)
    if (scheme === undefined) return null
    own.origin = `${scheme}//${text}`
    return text === names.upstream.host
      ? null
      : { from, to, bytes: Buffer.from(names.upstream.host, 'latin1'), rule: 'host' }
  }

  const origin: LineEditor = (line) => {
    const { text, from, to } = valueOf(line)
    const scheme = /^https?:/.exec(text)?.[0] ?? ''
    if (scheme === '' || schemeOf(text.slice(scheme.length + 2)) !== scheme || !text.startsWith('//', scheme.length)) {
      return null
    }
    return { from, to, bytes: Buffer.from(upstreamOrigin, 'latin1'), rule: 'origin' }
  }

  const insert = headers.map(([name, value]) => ({
    bytes: Buffer.from(`${name}: ${value}\r\n`, 'utf8'),
    rule: `header:${name}`,
    secret: true,
  }))
  const fields = lines({ ...(rewrite ? { host, origin } : {}), ...withoutTheirs(headers) }, insert)
  const asked = prefix === '' ? fields : { ...fields, start: prefixEdit }
  const answered = lines(
    rewrite
      ? {
          location: (line, own) => locationEdit(line, map(own)),
          'set-cookie': (line, own) => cookieEdit(line, names.upstream.hostname, map(own)),
          'www-authenticate': (line, own) => challengeEdit(line, map(own)),
        }
      : {},
    [],
  )
  return () => {
    const own = { origin: ownOrigin }
    const [request, response] = [new Table(asked, own), new Table(answered, own)]
    return rewrite ? { request, response, map: () => map(own) } : { request, response }
  }
}

function lines(editors: Lines['editors'], insert: EditTable['insert']): Lines {
  return { names: Object.keys(editors), editors, insert, start: undefined }
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
