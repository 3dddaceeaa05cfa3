/** Requests as they are made to a proxy: where they want to go, and what a proxy takes out of them (RFC 9112 §3.2.2). */
import type { EditTable, LineEdit } from './edit-table.ts'

/** A request line, as far as a proxy looks at it. */
export type Asked =
  | { readonly kind: 'connect'; readonly host: string; readonly port: number }
  | { readonly kind: 'absolute'; readonly target: URL }
  /** Made to us as if we were the server, or no HTTP. */
  | { readonly kind: 'other' }

const NOTHING = new Uint8Array(0)

/** Reads a request line, with or without its end. */
export function askedFor(line: string): Asked {
  const [, method = '', target = ''] = /^(\S+) +(\S+) +HTTP\/\d/.exec(line) ?? []
  if (method === 'CONNECT') {
    const [, bracketed, name = '', port = ''] = /^(?:\[([^\]]+)\]|([^:/@\s]+)):(\d{1,5})$/.exec(target) ?? []
    const host = bracketed ?? name
    return host !== '' && Number(port) > 0 && URL.canParse(`http://${target}`)
      ? { kind: 'connect', host, port: Number(port) }
      : { kind: 'other' }
  }
  if (!/^(https?|wss?):\/\//i.test(target) || !URL.canParse(target)) return { kind: 'other' }
  return { kind: 'absolute', target: new URL(target) }
}

/**
 * What a proxy has to edit: the target in absolute form becomes one in origin form, `Host` says what the target said, and fields
 * meant for the proxy go. `more`: further edits of requests.
 */
export function proxyRequestEdits(more: EditTable): EditTable {
  let authority = ''
  const fields: Record<string, (line: Uint8Array) => LineEdit | null> = {
    host: (line) => hostEdit(line, authority),
    'proxy-connection': (line) => gone(line, 'proxy-connection'),
    'proxy-authorization': (line) => ({ ...gone(line, 'proxy-authorization'), secret: true }),
  }
  return {
    names: [...Object.keys(fields), ...more.names],
    start: (line) => {
      const found = originForm(line)
      authority = found?.authority ?? ''
      return found?.edit ?? null
    },
    line: (name, line) => (more.names.includes(name) ? more.line(name, line) : (fields[name]?.(line) ?? null)),
    insert: more.insert,
  }
}

function gone(line: Uint8Array, rule: string): LineEdit {
  return { from: 0, to: line.length, bytes: NOTHING, rule }
}

/** `GET http://host/path` to `GET /path`; a target without a path is `/`, and `*` for OPTIONS (RFC 9112 §3.2.4). */
function originForm(line: Uint8Array): { edit: LineEdit; authority: string } | undefined {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1')
  const found = /^\s*(\S+) +((?:https?|wss?):\/\/([^/?#\s]*))([^\s]*)/i.exec(text)
  if (found === null) return undefined
  const [all, method = '', prefix = '', authority = '', rest = ''] = found
  const to = all.length - rest.length
  const path = rest.startsWith('/') ? '' : rest === '' && method === 'OPTIONS' ? '*' : '/'
  return {
    edit: { from: to - prefix.length, to, bytes: Buffer.from(path, 'latin1'), rule: 'request-target' },
    authority: authority.slice(authority.lastIndexOf('@') + 1),
  }
}

function hostEdit(line: Uint8Array, authority: string): LineEdit | null {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1')
  const [, before = '', value = ''] = /^([^:]*:[ \t]*)(.*?)[ \t]*\r?\n$/.exec(text) ?? []
  if (authority === '' || value.toLowerCase() === authority.toLowerCase()) return null
  return {
    from: before.length,
    to: before.length + value.length,
    bytes: Buffer.from(authority, 'latin1'),
    rule: 'host',
  }
}
