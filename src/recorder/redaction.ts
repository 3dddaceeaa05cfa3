import { createHmac } from 'node:crypto'
import { SECRET_FIELDS, SECRET_HEADERS, SECRET_PARAMETERS } from './secret-names.ts'
import { maskText, secretFinder, type RedactedText, type SecretSpan } from './secret-text.ts'
import { walkJson } from './walk-json.ts'

/** A span that was overwritten. `from` and `to` are relative to the bytes that were looked through. */
export interface Redacted {
  readonly from: number
  readonly to: number
  readonly name: string
  readonly hash: string
}

export interface RedactionRules {
  /** False keeps everything. Default true. */
  enabled?: boolean
  /** Further names: headers, JSON keys, form and query keys; case-insensitive. */
  keys?: readonly string[]
  /** Further places in JSON bodies, dotted; `*` matches one step. */
  paths?: readonly string[]
  /** Further values, as regular expressions. */
  values?: readonly string[]
}

const OAUTH_PATH =
  /\/(?:token|register|authorize|revoke|introspect|introspection|par|userinfo|device_authorization|callback)\/?(?:\?|$)/i

/** Whether a body sent to, or answered by, this request target may hold OAuth secrets. */
export function isOAuthTarget(target: string): boolean {
  return OAUTH_PATH.test(target)
}

const STAR = 42
const LF = 10
const COLON = 58
/** header.claims.signature, each base64url (RFC 7515 §3.1). */
const JWT = /^[\w-]+\.[\w-]+\.(?=[\w-]+$)/

/**
 * Overwrites secrets with as many `*`, and says where. A keyed hash of each stays, so that equal secrets stay equal. Never
 * given what is on the wire: only copies.
 */
export class Redactor {
  readonly enabled: boolean
  /** JSON bodies have to be looked through, whatever they belong to. */
  readonly everyBody: boolean
  readonly #key: Buffer
  readonly #hashes = new Map<string, string>()
  readonly #headers: Set<string>
  readonly #fields: Set<string>
  readonly #parameters: Set<string>
  readonly #extra: Set<string>
  readonly #paths: readonly (readonly string[])[]
  readonly #values: readonly RegExp[]
  readonly #find: (text: string) => SecretSpan[]

  constructor({ enabled = true, keys = [], paths = [], values = [] }: RedactionRules, key: Buffer) {
    const extra = keys.map((name) => name.toLowerCase())
    this.enabled = enabled
    this.#key = key
    this.#headers = new Set([...SECRET_HEADERS, ...extra])
    this.#fields = new Set([...SECRET_FIELDS, ...extra])
    this.#parameters = new Set([...SECRET_PARAMETERS, ...extra])
    this.#extra = new Set(extra)
    this.#paths = paths.map((path) => path.split('.'))
    this.#values = values.map((value) => new RegExp(value, 'g'))
    this.#find = secretFinder({ headers: SECRET_HEADERS, parameters: SECRET_PARAMETERS, extra })
    this.everyBody = enabled && (extra.length > 0 || paths.length > 0 || values.length > 0)
  }

  /** Keyed hash of a secret: 32 hex digits. */
  hash(value: string): string {
    let hash = this.#hashes.get(value)
    if (hash === undefined) {
      hash = createHmac('sha256', this.#key).update(value, 'latin1').digest('hex').slice(0, 32)
      if (this.#hashes.size >= 10_000) this.#hashes.clear()
      this.#hashes.set(value, hash)
    }
    return hash
  }

  /** A whole HTTP head. */
  head(bytes: Buffer): Redacted[] {
    const found: Redacted[] = []
    if (!this.enabled) return found
    let line = bytes.indexOf(LF) + 1
    if (line === 0) line = bytes.length
    this.#startLine(bytes, line, found)
    while (line < bytes.length) {
      let end = bytes.indexOf(LF, line)
      if (end === -1) end = bytes.length
      // obs-fold: a line that begins with a blank goes on with the field before it
      while (end + 1 < bytes.length && (bytes[end + 1] === 32 || bytes[end + 1] === 9)) {
        const next = bytes.indexOf(LF, end + 1)
        end = next === -1 ? bytes.length : next
      }
      this.#field(bytes, line, end, found)
      line = end + 1
    }
    this.#everyValue(bytes, found)
    return found
  }

  /** A whole body: JSON or a form. `oauth`: its well-known fields count, not the configured ones alone. */
  body(bytes: Buffer, form: boolean, oauth: boolean): Redacted[] {
    const found: Redacted[] = []
    if (!this.enabled) return found
    const names = oauth ? this.#fields : this.#extra
    if (form) this.#pairs(bytes, bytes.toString('latin1'), 0, 38, names, found)
    else if (names.size > 0 || this.#paths.length > 0) this.#json(bytes, names, found)
    this.#everyValue(bytes, found)
    return found
  }

  /** Text that people read, as a process writes to stderr: what announces itself, and the configured values. */
  text(text: string): { readonly text: string; readonly redacted: readonly RedactedText[] } {
    if (!this.enabled) return { text, redacted: [] }
    const values = this.#values.flatMap((value) =>
      Array.from(text.matchAll(value), ({ index, 0: { length } }) => ({ offset: index, length, name: 'value' })),
    )
    return maskText(text, [...values, ...this.#find(text)], (secret) =>
      this.hash(Buffer.from(secret).toString('latin1')),
    )
  }

  #overwrite(bytes: Buffer, from: number, to: number, name: string, found: Redacted[], value?: string): void {
    if (to <= from) return
    const secret = value ?? bytes.toString('latin1', from, to)
    const start = from + (JWT.exec(bytes.toString('latin1', from, to))?.[0].length ?? 0)
    found.push({ from: start, to, name, hash: this.hash(secret) })
    bytes.fill(STAR, start, to)
  }

  #startLine(bytes: Buffer, to: number, found: Redacted[]): void {
    const query = bytes.indexOf(63)
    if (query === -1 || query >= to) return
    this.#query(bytes, query + 1, to, found)
  }

  /** Parameters from `from` up to a blank or `#`. */
  #query(bytes: Buffer, from: number, to: number, found: Redacted[]): void {
    const text = bytes.toString('latin1', from, to)
    const end = text.search(/[\s#]/)
    this.#pairs(bytes, end === -1 ? text : text.slice(0, end), from, 38, this.#parameters, found)
  }

  #field(bytes: Buffer, from: number, to: number, found: Redacted[]): void {
    let colon = from
    while (colon < to && bytes[colon] !== COLON) colon++
    if (colon === to) return
    const name = bytes.toString('latin1', from, colon).trim().toLowerCase()
    let value = colon + 1
    while (value < to && (bytes[value] === 32 || bytes[value] === 9)) value++
    let end = to
    while (end > value && bytes[end - 1]! <= 32) end--
    if (this.#headers.has(name)) this.#secretField(bytes, value, end, name, found)
    else if (name === 'location' || name === 'referer') {
      const query = bytes.indexOf(63, value)
      if (query !== -1 && query < end) this.#query(bytes, query + 1, end, found)
    } else if (name === 'sec-websocket-protocol') {
      const text = bytes.toString('latin1', value, end)
      for (const match of text.matchAll(/mcp\.auth\.([^\s,]+)/g)) {
        const at = value + match.index + 9
        this.#overwrite(bytes, at, at + match[1]!.length, name, found)
      }
    }
  }

  #secretField(bytes: Buffer, from: number, to: number, name: string, found: Redacted[]): void {
    if (name === 'cookie' || name === 'set-cookie') {
      const text = bytes.toString('latin1', from, to)
      const parts = name === 'cookie' ? text.split(';') : [text.split(';', 1)[0]!]
      let at = from
      for (const part of parts) {
        const equals = part.indexOf('=')
        this.#overwrite(bytes, at + equals + 1, at + part.trimEnd().length, name, found)
        at += part.length + 1
      }
      return
    }
    let value = from
    if (name.endsWith('authorization')) {
      const space = bytes.indexOf(32, from)
      if (space !== -1 && space < to) value = space + 1
    }
    this.#overwrite(bytes, value, to, name, found)
  }

  #pairs(
    bytes: Buffer,
    text: string,
    from: number,
    separator: number,
    names: ReadonlySet<string>,
    found: Redacted[],
  ): void {
    let at = 0
    for (const pair of text.split(String.fromCharCode(separator))) {
      const equals = pair.indexOf('=')
      if (equals !== -1 && names.has(pair.slice(0, equals).toLowerCase())) {
        this.#overwrite(
          bytes,
          from + at + equals + 1,
          from + at + pair.trimEnd().length,
          pair.slice(0, equals).toLowerCase(),
          found,
        )
      }
      at += pair.length + 1
    }
  }

  #json(bytes: Buffer, names: ReadonlySet<string>, found: Redacted[]): void {
    walkJson(bytes, (path, from, to) => {
      const name = path.at(-1) ?? ''
      const named = names.has(name.toLowerCase())
      if (!named && !this.#paths.some((pattern) => startsPath(path, pattern))) return
      if (bytes[from] === 34) this.#overwrite(bytes, from + 1, to - 1, name, found)
      else if (bytes[from] === 45 || bytes[from]! <= 57) this.#overwrite(bytes, from, to, name, found)
    })
  }

  #everyValue(bytes: Buffer, found: Redacted[]): void {
    if (this.#values.length === 0) return
    const text = bytes.toString('latin1')
    for (const value of this.#values) {
      for (const match of text.matchAll(value)) {
        this.#overwrite(bytes, match.index, match.index + match[0].length, 'value', found, match[0])
      }
    }
  }
}

function startsPath(path: readonly string[], pattern: readonly string[]): boolean {
  return path.length >= pattern.length && pattern.every((step, i) => step === '*' || step === path[i])
}
