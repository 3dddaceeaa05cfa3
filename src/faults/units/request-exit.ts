/** What really goes to the server: the requests that responses will answer. */
import type { NamedStage, PipeEvent } from '../../pipe/action.ts'
import { bytesOf, pass } from '../../pipe/action.ts'
import type { Standing } from '../../pipe/policy.ts'
import {
  createHttp1Splitter,
  createOutstanding,
  type Http1Head,
  type Http1Listener,
  type Http1Splitter,
  type Outstanding,
} from '../../wire/http1.ts'
import { HttpUnit } from './http-unit.ts'
import type { Asked } from './talk.ts'

/** Requests that went in and may still come out. */
const MAX_ENTERED = 64

export interface RequestExitOptions {
  /** Requests the server owes an answer to. */
  readonly due: Outstanding
  /** For a request that nobody sent. */
  unknown(method: string, upgrade: boolean): Asked
}

export class RequestExit implements Http1Listener {
  readonly stage: NamedStage
  readonly #options: RequestExitOptions
  readonly #own = createOutstanding()
  #splitter: Http1Splitter = createHttp1Splitter('request', this.#own, this)
  #entered: Asked[] = []
  /** Of the event that is being read. */
  #asked: Asked | null = null

  constructor(options: RequestExitOptions) {
    this.#options = options
    this.stage = {
      rule: 'framing',
      stage: (event) => {
        this.#leaves(event)
        return [pass(event)]
      },
      wrote: (bytes) => this.#read(bytes, null),
    }
  }

  /** What leaves next begins a request. */
  get atBorder(): boolean {
    return this.#splitter.state === 'boundary'
  }

  /** A request has come from the client. */
  entered(asked: Asked): void {
    this.#entered.push(asked)
    if (this.#entered.length > MAX_ENTERED) this.#entered.shift()
  }

  join(standing: Standing): void {
    this.#own.exchanges.push(...standing.outstanding.exchanges)
    this.#splitter = standing.fork(this, this.#own) ?? this.#splitter
    this.settle(standing.outstanding)
  }

  /** What was asked for by an upgrade has been answered: with another protocol, or not. */
  settle({ switched, protocol }: Outstanding): void {
    this.#own.switched = switched
    this.#own.protocol = protocol
    this.#own.exchanges.length = 0
  }

  head(head: Http1Head): void {
    const { method, target } = head
    const { upgrade } = this.#own.exchanges.at(-1)!
    const known = this.#asked ?? this.#entered.find((asked) => asked.method === method && asked.target === target)
    const asked = known ?? this.#options.unknown(method, upgrade)
    this.#gone(asked.method === method && asked.upgrade === upgrade ? asked : { ...asked, method, upgrade })
    if (!upgrade) this.#own.exchanges.length = 0
  }

  headSpan(): void {}
  payload(): void {}
  framing(): void {}
  messageEnd(): void {}
  opaque(): void {}

  #leaves(event: PipeEvent): void {
    const bytes = bytesOf(event)
    if (bytes === undefined) return
    const unit = event.kind === 'frame' && event.meaning instanceof HttpUnit ? event.meaning : null
    const asked = unit?.asked ?? null
    // most requests leave as they came, and are known already
    if (bytes !== unit?.raw || asked === null || asked.upgrade || this.#splitter.state !== 'boundary') {
      return this.#read(bytes, asked)
    }
    this.#gone(asked)
  }

  #read(bytes: Uint8Array, asked: Asked | null): void {
    this.#asked = asked
    this.#splitter.push(bytes)
    this.#asked = null
  }

  #gone(asked: Asked): void {
    this.#options.due.exchanges.push(asked)
    const at = this.#entered.indexOf(asked)
    if (at !== -1) this.#entered.splice(at, 1)
  }
}
