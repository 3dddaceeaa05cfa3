/** Which answers of a connection have something to edit in their body, and what a server says against it. */
import type { Exchange, Http1Head, Outstanding } from '../wire/http1.ts'
import { isEventStream, isJson } from '../wire/mcp.ts'
import { endpointDecision, resourceDecision, type BodyDecision } from './body-edits.ts'
import type { BodyWatch } from './edit-table.ts'
import { leadsElsewhere, type UrlMap } from './url-map.ts'

/** What all connections to one server share. */
export interface ServerMemory {
  /** `resource` or `resource_metadata` has been rewritten: tokens may be asked for in the proxy's name. */
  resource: boolean
  /** Paths at which the server says its protected resource metadata is. */
  readonly metadata: Set<string>
}

export interface AnswerWatchOptions {
  readonly map: () => UrlMap
  readonly memory: ServerMemory
  /** Requests without an answer: a head of a request is told when its exchange is the last, one of an answer while its is the first. */
  readonly outstanding: Outstanding
  /** For the record. `message`: what happened and what to do, for people. */
  readonly note: (kind: string, detail: { readonly message: string; readonly [key: string]: string }) => void
}

/**
 * What an answer may hold, by its request: `stream`, the `endpoint` of a 2024-11-05 server (`get`: not asked for as one);
 * `metadata`, the `resource` of a protected one; `token`, a refusal of the `resource` asked for.
 */
type Expected = 'stream' | 'get' | 'metadata' | 'token' | 'other'

const WELL_KNOWN = /^(?:https?:\/\/[^/]*)?\/\.well-known\/oauth-protected-resource(?:[/?]|$)/i
/** Paths remembered. */
const MAX_PATHS = 100

export function createServerMemory(): ServerMemory {
  return { resource: false, metadata: new Set() }
}

/** One for each connection: told of its requests, asked about its answers. */
export class AnswerWatch implements BodyWatch {
  readonly #options: AnswerWatchOptions
  /** Of requests without an answer; most are left out, as their answer holds nothing. */
  readonly #expected = new WeakMap<Exchange, Expected>()
  #answering: Expected = 'other'
  #bearer = false

  constructor(options: AnswerWatchOptions) {
    this.#options = options
  }

  /** A request head is complete. */
  request(head: Http1Head): void {
    const exchange = this.#options.outstanding.exchanges.at(-1)
    const expected = this.#expect(head)
    if (exchange !== undefined && expected !== 'other') this.#expected.set(exchange, expected)
    if (this.#options.memory.resource) this.#bearer = /^bearer /i.test(head.field('authorization') ?? '')
  }

  #expect(head: Http1Head): Expected {
    if (head.method === 'GET') {
      const { prefix } = this.#options.map()
      const target = head.target.startsWith(`${prefix}/`) ? head.target.slice(prefix.length) : head.target
      if (WELL_KNOWN.test(target) || this.#options.memory.metadata.has(target)) return 'metadata'
      // a stream of Streamable HTTP has no endpoint event
      if (head.field('mcp-session-id') !== undefined) return 'other'
      return /\btext\/event-stream\b/i.test(head.field('accept') ?? '') ? 'stream' : 'get'
    }
    return head.method === 'POST' && this.#options.memory.resource && isForm(head) ? 'token' : 'other'
  }

  /** What the next answer may hold. */
  get #next(): Expected {
    const [exchange] = this.#options.outstanding.exchanges
    return (exchange === undefined ? undefined : this.#expected.get(exchange)) ?? 'other'
  }

  keeps(): boolean {
    const next = this.#next
    return next === 'metadata' || next === 'stream' || next === 'token'
  }

  decision(head: Http1Head): BodyDecision | undefined {
    if (head.status < 200 && head.status !== 101) return undefined
    const expected = (this.#answering = this.#next)
    if (head.status === 401 || head.status === 403) this.#challenged(head)
    if (expected === 'token' && head.status === 400 && isJson(head.field('content-type'))) return this.#refusal
    const streams = expected === 'stream' || expected === 'get'
    if (head.status !== 200 || (streams ? !isStream(head) : expected !== 'metadata')) return undefined
    const coding = head.field('content-encoding')
    if (coding !== undefined && coding.toLowerCase() !== 'identity') {
      this.unedited(`compressed (${coding})`)
      return undefined
    }
    const map = this.#options.map()
    return streams ? endpointDecision(map) : this.#metadata(map)
  }

  unedited(what: string): void {
    const rule = this.#answering === 'metadata' ? 'resource' : 'endpoint'
    this.#options.note('unedited', { rule, what, message: uneditedText(rule, what, this.#options.map()) })
  }

  #metadata(map: UrlMap): BodyDecision {
    const decide = resourceDecision(map)
    return (payload, whole) => {
      const verdict = decide(payload, whole)
      if (verdict.kind === 'done' && verdict.edit !== null) this.#options.memory.resource = true
      return verdict
    }
  }

  /** Nothing is edited here: it is only read. */
  readonly #refusal: BodyDecision = (payload, whole) => {
    if (!whole) return { kind: 'more', passed: 0 }
    if (Buffer.from(payload).includes('"invalid_target"')) this.#useForward('invalid_target')
    return { kind: 'done', edit: null }
  }

  /** A challenge: where the metadata is, and whether a token is refused for being meant for somebody else. */
  #challenged(head: Http1Head): void {
    const challenge = head.field('www-authenticate')
    if (challenge === undefined) return
    const { memory, map } = this.#options
    const url = /resource_metadata[ \t]*=[ \t]*"?([^\s",]+)/i.exec(challenge)?.[1]
    if (url !== undefined && memory.metadata.size < MAX_PATHS && URL.canParse(url, map().upstreamOrigin)) {
      const { origin, pathname, search } = new URL(url, map().upstreamOrigin)
      if (origin === map().upstreamOrigin) memory.metadata.add(pathname + search)
    }
    if (!memory.resource || !this.#bearer) return
    if (/error="?invalid_target/i.test(challenge)) return this.#useForward('invalid_target')
    const description = /error_description="([^"]*)"/i.exec(challenge)?.[1] ?? ''
    if (/error="?invalid_token/i.test(challenge) && ABOUT_AUDIENCE.test(description)) this.#useForward('audience')
  }

  #useForward(why: 'invalid_target' | 'audience'): void {
    const refused =
      why === 'audience' ? 'The server refuses a token as not meant for it' : 'The token endpoint refuses the resource'
    this.#options.note('use-forward-mode', { why, message: `${refused}: ${FORWARD}` })
  }
}

const FORWARD =
  'the client knows the server by the proxy’s address, and asked for a token in that name. Use forward mode (mitmcp forward), where it keeps the server’s own URL.'

/** An `error_description` that speaks of whom the token is for. */
const ABOUT_AUDIENCE = /\baud(?:ience)?\b|resource|issued for|intended/i

const isForm = (head: Http1Head): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(head.field('content-type') ?? '')

/** One that may begin with an endpoint: a session with an id is one of Streamable HTTP. */
const isStream = (head: Http1Head): boolean =>
  isEventStream(head.field('content-type')) && head.field('mcp-session-id') === undefined

function uneditedText(rule: 'endpoint' | 'resource', what: string, map: UrlMap): string {
  const name = rule === 'endpoint' ? 'The endpoint event' : 'The resource in the protected resource metadata'
  return leadsElsewhere(what, map)
    ? `${name} was left as it is: ${what} is of another origin than the target, ${map.upstreamOrigin}. Most clients refuse it, others leave the proxy.`
    : `${name} was not looked at: ${what}. If it names the server, the client leaves the proxy.`
}
