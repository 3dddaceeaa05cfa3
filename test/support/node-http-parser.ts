/** Node's own HTTP/1 parser (llhttp) in its lenient mode, as an oracle: what it makes of one direction of a connection. */
import { createRequire } from 'node:module'

interface Native {
  initialize(type: number, resource: object, maxHeaderSize: number, lenient: number): void
  execute(bytes: Buffer): number | (Error & { code: string; bytesParsed: number })
  finish(): undefined | (Error & { code: string })
  [callback: number]: (...given: never[]) => unknown
}
interface NativeClass {
  new (): Native
  readonly REQUEST: number
  readonly RESPONSE: number
  readonly kLenientAll: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
}

const { HTTPParser, methods } = createRequire(import.meta.url)('_http_common') as {
  HTTPParser: NativeClass
  methods: string[]
}

/** One message: its method or status, and its body. */
export interface ParsedMessage {
  start: string
  body: string
  complete: boolean
}

export interface Parsed {
  /** 1xx left out. */
  messages: ParsedMessage[]
  /** Why it gave up, as `HPE_…`; null when it did not. */
  error: string | null
  /** Where the connection became that of another protocol; null when it did not. */
  switchedAt: number | null
}

/** `asked`: the methods of the requests that responses answer. */
export function parseWithNode(side: 'request' | 'response', bytes: Buffer, asked: readonly string[]): Parsed {
  const messages: ParsedMessage[] = []
  const methodsLeft = [...asked]
  const parser = new HTTPParser()
  parser.initialize(
    side === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE,
    {},
    1024 * 1024,
    HTTPParser.kLenientAll,
  )
  let interim = false
  let switched = false
  const headersComplete = (
    _major: number,
    _minor: number,
    _headers: string[] | undefined,
    method: number | undefined,
    _url: string,
    status: number,
    _reason: string,
    upgrade: boolean,
  ): number => {
    interim = side === 'response' && status >= 100 && status < 200 && status !== 101
    if (interim) return 1
    messages.push({ start: side === 'request' ? methods[method!]! : String(status), body: '', complete: false })
    if (side === 'request') {
      switched = upgrade
      return 0
    }
    const request = methodsLeft.shift()
    switched = status === 101 || (request === 'CONNECT' && status >= 200 && status < 300)
    if (switched) return 2
    return request === 'HEAD' ? 1 : 0
  }
  parser[HTTPParser.kOnHeaders] = () => undefined
  parser[HTTPParser.kOnHeadersComplete] = headersComplete
  parser[HTTPParser.kOnBody] = (part: Buffer) => {
    messages.at(-1)!.body += part.toString('latin1')
  }
  parser[HTTPParser.kOnMessageComplete] = () => {
    if (!interim) messages.at(-1)!.complete = true
  }
  const result = parser.execute(bytes)
  if (typeof result !== 'number') return { messages, error: result.code, switchedAt: null }
  // Where an upgrade was asked for Node gives no error; a body that was not read to its end tells of one, and which one it is
  // the same text without the upgrade.
  if (switched && result < bytes.length && !messages.at(-1)!.complete) {
    const plain = bytes.toString('latin1').replace(/^upgrade(?=[ \t]*:)/gim, 'xpgrade')
    return { messages, error: parseWithNode(side, Buffer.from(plain, 'latin1'), asked).error, switchedAt: null }
  }
  if (switched && messages.at(-1)!.complete) return { messages, error: null, switchedAt: result }
  parser.finish()
  return { messages, error: null, switchedAt: null }
}
