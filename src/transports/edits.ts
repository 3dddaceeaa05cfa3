/**
 * The documented edits of a reverse proxy: `Host` and `Origin` where they name the proxy, `Location` and a cookie's `Domain` where
 * they name the upstream, and fields the user asked for. Any other value passes as it came, so that the server's own defence
 * against DNS rebinding keeps working.
 */
import type { EditTable, LineEdit } from './head-editor.ts'

export interface Names {
  /** Authorities (`host:port`, lower case) that mean the proxy itself. */
  readonly own: ReadonlySet<string>
  /** How clients spell the proxy unless their `Host` says otherwise. */
  readonly ownAuthority: string
  /** `http:` or `https:` as the client speaks to the proxy. */
  readonly ownScheme: string
  readonly upstream: URL
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
}

const COLON = 58
const NOTHING = new Uint8Array(0)

/** Where the value is, without the blanks around it. */
function valueOf(line: Uint8Array): { text: string; from: number; to: number } {
  let from = line.indexOf(COLON) + 1
  let to = line.length
  while (to > from && isBlank(line[to - 1])) to--
  while (from < to && isBlank(line[from])) from++
  return { text: Buffer.from(line.buffer, line.byteOffset + from, to - from).toString('latin1'), from, to }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9 || byte === 13 || byte === 10
}

/** Made once for each connection. */
export function connectionEdits({ names, rewrite, headers }: Rewriting): ConnectionEdits {
  let spelled = names.ownAuthority
  const upstreamOrigin = names.upstream.origin
  const ownOrigin = (): string => `${names.ownScheme}//${spelled}`

  const host = (line: Uint8Array): LineEdit | null => {
    const { text, from, to } = valueOf(line)
    if (!names.own.has(text.toLowerCase())) return null
    spelled = text
    return text === names.upstream.host
      ? null
      : { from, to, bytes: Buffer.from(names.upstream.host, 'latin1'), rule: 'host' }
  }

  const origin = (line: Uint8Array): LineEdit | null => {
    const { text, from, to } = valueOf(line)
    const scheme = `${names.ownScheme}//`
    if (!text.startsWith(scheme) || !names.own.has(text.slice(scheme.length).toLowerCase())) return null
    return { from, to, bytes: Buffer.from(upstreamOrigin, 'latin1'), rule: 'origin' }
  }

  const location = (line: Uint8Array): LineEdit | null => {
    const { text, from } = valueOf(line)
    if (!text.toLowerCase().startsWith(upstreamOrigin)) return null
    const next = text.charAt(upstreamOrigin.length)
    if (next !== '' && !'/?#'.includes(next)) return null
    return { from, to: from + upstreamOrigin.length, bytes: Buffer.from(ownOrigin(), 'latin1'), rule: 'location' }
  }

  const cookie = (line: Uint8Array): LineEdit | null => cookieDomain(line, names.upstream.hostname, spelled)

  const request: Record<string, (line: Uint8Array) => LineEdit | null> = rewrite ? { host, origin } : {}
  for (const [name] of headers) {
    request[name.toLowerCase()] = (line) => ({
      from: 0,
      to: line.length,
      bytes: NOTHING,
      rule: `header:${name}`,
      secret: true,
    })
  }
  const response: Record<string, (line: Uint8Array) => LineEdit | null> = rewrite
    ? { location, 'set-cookie': cookie }
    : {}
  return {
    request: {
      names: Object.keys(request),
      line: (name, line) => request[name]?.(line) ?? null,
      insert: headers.map(([name, value]) => ({
        bytes: Buffer.from(`${name}: ${value}\r\n`, 'utf8'),
        rule: `header:${name}`,
        secret: true,
      })),
    },
    response: { names: Object.keys(response), line: (name, line) => response[name]?.(line) ?? null, insert: [] },
  }
}

/** A cookie for the upstream's domain would never come back to the proxy's; without `Domain` it belongs to the host that set it. */
function cookieDomain(line: Uint8Array, upstream: string, spelled: string): LineEdit | null {
  const { text, from } = valueOf(line)
  const found = /;[ \t]*domain[ \t]*=[ \t]*([^;]*)/i.exec(text)
  if (found === null) return null
  const domain = (found[1] ?? '').trim().toLowerCase().replace(/^\./, '')
  const reaches = (name: string): boolean => name === domain || name.endsWith(`.${domain}`)
  if (domain === '' || !reaches(upstream) || reaches(spelled.replace(/:\d+$/, '').toLowerCase())) return null
  const start = from + found.index
  return { from: start, to: start + found[0].length, bytes: NOTHING, rule: 'cookie-domain' }
}
