/** JSON-RPC 2.0 messages as MCP uses them: what one is and what it names, read straight from its bytes. */
import { JsonCursor, asBuffer, shapeOf, textOf } from './json.ts'

/** What a message is by JSON-RPC 2.0. `invalid`: JSON or not, but no message. */
export type ScannedKind = 'request' | 'response' | 'error' | 'notification' | 'invalid'

/** Name and version as a peer gives them (`Implementation`). */
export interface ScannedPeer {
  readonly name: string
  readonly version: string
}

/** What one message names. Of an invalid one, whatever could still be read. Strings are cut at 8,192 bytes. */
export interface ScannedMessage {
  readonly kind: ScannedKind
  readonly method: string | null
  /** JSON text of the id: `1`, `"1"`, `null`; equal ids have equal texts. Null when there is none. */
  readonly rpcId: string | null
  /** `params.name` of tools/call and prompts/get. */
  readonly tool: string | null
  /** `params.uri`. */
  readonly uri: string | null
  /** JSON text of `params._meta.progressToken`, or of `params.progressToken` of notifications/progress. */
  readonly token: string | null
  /** JSON text of `params.requestId` of notifications/cancelled. */
  readonly requestId: string | null
  /** `error.code`. */
  readonly code: number | null
  /** `result.isError` is true. */
  readonly isError: boolean
  /** `protocolVersion` of initialize's params or result, or of a request's `_meta` (2026-07-28). */
  readonly revision: string | null
  /** `params.clientInfo`, or that of `params._meta`. */
  readonly client: ScannedPeer | null
  /** `result.serverInfo`, or that of `result._meta`. */
  readonly server: ScannedPeer | null
  /** `result.resultType` (2026-07-28). */
  readonly resultType: string | null
}

const peer = { name: true, version: true } as const

const message = shapeOf({
  jsonrpc: true,
  id: true,
  method: true,
  params: {
    name: true,
    uri: true,
    progressToken: true,
    requestId: true,
    protocolVersion: true,
    clientInfo: peer,
    _meta: {
      progressToken: true,
      'io.modelcontextprotocol/protocolVersion': true,
      'io.modelcontextprotocol/clientInfo': peer,
    },
  },
  result: {
    isError: true,
    protocolVersion: true,
    resultType: true,
    serverInfo: peer,
    _meta: { 'io.modelcontextprotocol/serverInfo': peer },
  },
  error: { code: true },
})

/** The slots of the shape above, in its order. */
const JSONRPC = 0
const ID = 1
const METHOD = 2
const NAME = 4
const URI = 5
const PROGRESS_TOKEN = 6
const REQUEST_ID = 7
const REVISION_ASKED = 8
const CLIENT = 9
const META_TOKEN = 13
const META_REVISION = 14
const META_CLIENT = 15
const RESULT = 18
const IS_ERROR = 19
const REVISION_GIVEN = 20
const RESULT_TYPE = 21
const SERVER = 22
const META_SERVER = 26
const ERROR = 29
const CODE = 30

const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const COMMA = 44
const maxTextBytes = 8192

/** What an invalid payload gives. */
const nothing: ScannedMessage = {
  kind: 'invalid',
  method: null,
  rpcId: null,
  tool: null,
  uri: null,
  token: null,
  requestId: null,
  code: null,
  isError: false,
  revision: null,
  client: null,
  server: null,
  resultType: null,
}

/**
 * The messages of a payload: one, the members of a batch (2025-03-26), or none where it is empty or blank. Bytes that are
 * no JSON, and an empty batch, give one `invalid`. No copy of the payload is made, whatever its size.
 */
export function scanMessages(payload: Uint8Array): ScannedMessage[] {
  const cursor = new JsonCursor(asBuffer(payload))
  const first = cursor.peek()
  if (first === undefined) return []
  const found: ScannedMessage[] = []
  const scanner = new MessageScanner(cursor)
  if (first === OPEN_BRACKET) {
    cursor.at++
    do {
      const scanned = scanner.next()
      if (scanned === null) return [nothing]
      found.push(scanned)
    } while (cursor.take(COMMA))
    if (!cursor.take(CLOSE_BRACKET)) return [nothing]
  } else {
    const scanned = scanner.next()
    if (scanned === null) return [nothing]
    found.push(scanned)
  }
  return cursor.peek() === undefined ? found : [nothing]
}

/** Shared, as scanning never waits: an array for each payload costs more than reading a small one. */
const slots = new Int32Array(2 * message.last)

class MessageScanner {
  readonly #cursor: JsonCursor
  readonly #slots = slots

  constructor(cursor: JsonCursor) {
    this.#cursor = cursor
  }

  /** The message that comes next; null when the bytes are no JSON. */
  next(): ScannedMessage | null {
    if (!this.#cursor.read(message, this.#slots)) return null
    const method = this.#text(METHOD)
    return {
      kind: this.#kind(),
      method,
      rpcId: this.#id(ID),
      tool: method === 'tools/call' || method === 'prompts/get' ? this.#text(NAME) : null,
      uri: this.#text(URI),
      token: this.#id(method === 'notifications/progress' ? PROGRESS_TOKEN : META_TOKEN),
      requestId: method === 'notifications/cancelled' ? this.#id(REQUEST_ID) : null,
      code: this.#number(CODE),
      isError: this.#is(IS_ERROR, 'true'),
      revision: this.#text(META_REVISION) ?? this.#text(method === null ? REVISION_GIVEN : REVISION_ASKED),
      client: this.#peer(CLIENT) ?? this.#peer(META_CLIENT),
      server: this.#peer(SERVER) ?? this.#peer(META_SERVER),
      resultType: this.#text(RESULT_TYPE),
    }
  }

  #kind(): ScannedKind {
    const hasId = this.#has(ID)
    if (!this.#is(JSONRPC, '"2.0"') || (hasId && this.#id(ID) === null)) return 'invalid'
    if (this.#has(METHOD)) {
      if (this.#byte(METHOD) !== 34) return 'invalid'
      return hasId ? 'request' : 'notification'
    }
    if (this.#has(ERROR) && !this.#is(ERROR, 'null')) return 'error'
    return this.#has(RESULT) && hasId ? 'response' : 'invalid'
  }

  #has(slot: number): boolean {
    return this.#slots[2 * slot]! >= 0
  }

  #byte(slot: number): number | undefined {
    return this.#cursor.bytes[this.#slots[2 * slot]!]
  }

  #is(slot: number, text: string): boolean {
    const from = this.#slots[2 * slot]!
    if (from < 0 || this.#slots[2 * slot + 1]! - from !== text.length) return false
    for (let k = 0; k < text.length; k++) if (this.#cursor.bytes[from + k] !== text.charCodeAt(k)) return false
    return true
  }

  #text(slot: number): string | null {
    const from = this.#slots[2 * slot]!
    return from < 0 ? null : textOf(this.#cursor.bytes, from, this.#slots[2 * slot + 1]!, maxTextBytes)
  }

  /** JSON text of an id or token; null where none of that kind stands there. */
  #id(slot: number): string | null {
    const from = this.#slots[2 * slot]!
    if (from < 0) return null
    const text = this.#text(slot)
    if (text !== null) return JSON.stringify(text)
    const c = this.#byte(slot)!
    if (c === 110) return 'null'
    return c === 45 || (c >= 48 && c <= 57) ? numberText(this.#raw(slot)) : null
  }

  #number(slot: number): number | null {
    if (!this.#has(slot)) return null
    const value = Number(this.#raw(slot))
    return Number.isNaN(value) ? null : value
  }

  #raw(slot: number): string {
    const from = this.#slots[2 * slot]!
    const to = Math.min(this.#slots[2 * slot + 1]!, from + maxTextBytes)
    return asBuffer(this.#cursor.bytes).toString('latin1', from, to)
  }

  /** `slot` is that of the object; name and version follow it. */
  #peer(slot: number): ScannedPeer | null {
    if (!this.#has(slot)) return null
    const name = this.#text(slot + 1)
    return name === null ? null : { name, version: this.#text(slot + 2) ?? '' }
  }
}

/** `1.0` and `1e0` are the id 1, as a peer that parses and writes numbers gives back; integers keep every digit. */
function numberText(text: string): string {
  if (/^-?[1-9]\d*$|^0$/.test(text)) return text
  return String(Number(text))
}
