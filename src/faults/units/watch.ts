/** The units of one connection: both directions, and which answer belongs to which request. */
import { pass, type NamedStage, type PipeEvent } from '../../pipe/action.ts'
import type { Standing } from '../../pipe/policy.ts'
import { createOutstanding, type Http1Head, type Outstanding } from '../../wire/http1.ts'
import { agreedDeflate } from '../../wire/websocket-deflate.ts'
import { HttpSide } from './http-side.ts'
import { HttpUnit } from './http-unit.ts'
import { LineSide } from './line-side.ts'
import { RequestExit } from './request-exit.ts'
import { ResponseExit } from './response-exit.ts'
import type { SharedContext } from './shared-context.ts'
import { Spared } from './spared.ts'
import { ConnectionTalk, type Asked } from './talk.ts'
import { UnitEvents } from './unit-events.ts'
import type { Watch, WatchOptions } from './watch-types.ts'

/** A watch of one connection, for both of its pipes. Pure: it sends nothing, and has no time of its own. */
export function createWatch(options: WatchOptions): Watch {
  return options.info.transport === 'stdio' ? watchLines(options) : new HttpWatch(options)
}

const passing: NamedStage = { rule: 'framing', stage: (event) => [pass(event)] }

function watchLines(watch: WatchOptions): Watch {
  const { info, tap, clock } = watch
  const talk = new ConnectionTalk(watch)
  const asked = talk.alone('stdio', clock.now())
  const side = (direction: 'c2s' | 's2c'): LineSide =>
    new LineSide({ events: new UnitEvents(direction, info, tap), talk, asked, watch })
  const sides = { c2s: side('c2s'), s2c: side('s2c') }
  return {
    entry: (direction) => sides[direction].entry,
    exit: () => passing,
    attach: ({ c2s, s2c }) => {
      sides.c2s.attach(c2s)
      sides.s2c.attach(s2c)
    },
    learn: (line) => talk.learn(line, [asked]),
    aligned: true,
    stays: false,
    close: () => talk.ended(asked, 'proxy', clock.now()),
  }
}

class HttpWatch implements Watch {
  readonly #options: WatchOptions
  readonly #talk: ConnectionTalk
  readonly #c2s: HttpSide
  readonly #s2c: HttpSide
  /** Of the request side: what has come and was not settled. */
  readonly #asking = createOutstanding()
  /** What the server has been sent and has not begun to answer. */
  readonly #due = createOutstanding()
  readonly #requestExit: RequestExit
  readonly #responseExit: ResponseExit
  readonly #spared: Spared
  readonly #exits: Readonly<Record<'c2s' | 's2c', NamedStage>>
  /** The other protocol is to begin when this head leaves. */
  #switching: { readonly asked: Asked | null; readonly head: Http1Head } | null = null
  /** Asked before the watch began, oldest first; and what is known of these. */
  #early: Asked[] = []
  #known: Parameters<Watch['learn']>[0] | null = null

  constructor(options: WatchOptions) {
    this.#options = options
    const talk = (this.#talk = new ConnectionTalk(options))
    this.#requestExit = new RequestExit({ due: this.#due, unknown: (...given) => talk.unknown(...given) })
    this.#responseExit = new ResponseExit(
      (event) => this.#responseLeaves(event),
      (answers) => options.swallowed?.(answers),
    )
    this.#spared = new Spared({
      talk,
      due: this.#due,
      heardLate: (exchange, messages) => options.heardLate?.(exchange, messages),
      atBorder: () => this.#requestExit.atBorder,
      indifference: () => options.indifference?.() ?? null,
    })
    this.#c2s = this.#requestSide()
    this.#s2c = this.#responseSide()
    this.#exits = {
      c2s: keepingContext(this.#requestExit.stage, () => this.#c2s.context),
      s2c: keepingContext(this.#responseExit.stage, () => this.#s2c.context),
    }
  }

  entry(direction: 'c2s' | 's2c'): NamedStage {
    return direction === 'c2s' ? this.#c2s.entry : this.#s2c.entry
  }

  exit(direction: 'c2s' | 's2c'): NamedStage {
    return this.#exits[direction]
  }

  attach(places: Parameters<Watch['attach']>[0]): void {
    this.#c2s.attach(places.c2s)
    this.#s2c.attach(places.s2c)
  }

  learn(line: Parameters<Watch['learn']>[0]): void {
    this.#known = line
    this.#talk.learn(line, this.#early)
  }

  get aligned(): boolean {
    return this.#c2s.aligned && this.#s2c.aligned
  }

  get stays(): boolean {
    return this.#c2s.context?.broken === true || this.#s2c.context?.broken === true
  }

  close(): void {
    const at = this.#options.clock.now()
    const open = [this.#s2c.answering, ...this.#due.exchanges] as (Asked | null)[]
    for (const asked of open) if (asked !== null) this.#talk.ended(asked, 'proxy', at)
    this.#due.exchanges.length = 0
  }

  #requestSide(): HttpSide {
    const { info, tap } = this.#options
    const events = new UnitEvents('c2s', info, tap)
    return new HttpSide({
      events,
      talk: this.#talk,
      outstanding: this.#asking,
      watch: this.#options,
      spared: this.#spared,
      asked: (head, facts) => {
        const asked = this.#talk.request(head, facts, this.#asking.exchanges.at(-1)?.upgrade ?? false, events.at)
        if (!asked.upgrade) this.#asking.exchanges.length = 0
        this.#requestExit.entered(asked)
        return asked
      },
      joined: (standing) => this.#requestExit.join(standing),
    })
  }

  #responseSide(): HttpSide {
    const { info, tap } = this.#options
    const events = new UnitEvents('s2c', info, tap)
    return new HttpSide({
      events,
      talk: this.#talk,
      outstanding: this.#due,
      watch: this.#options,
      spared: this.#spared,
      asked: (head) => this.#answers(head),
      begins: (offset, final) => this.#responseExit.begins(offset, final),
      answered: (asked) => {
        this.#responseExit.over()
        if (asked !== null) this.#talk.ended(asked, null, events.at)
      },
      switched: (asked, head) => this.#switched(asked, head, events.at),
      ready: () => this.#c2s.joined(),
      joined: (standing) => this.#responsesJoined(standing),
    })
  }

  #answers(head: Http1Head): Asked | null {
    const asked = (this.#due.exchanges[0] ?? null) as Asked | null
    if (asked?.upgrade === true && head.framing !== 'tunnel') this.#settle({ ...createOutstanding() })
    return asked
  }

  /** The head of the other protocol has come; the client's side goes over to it when that head has left. */
  #switched(asked: Asked | null, head: Http1Head, at: number): void {
    this.#switching = { asked, head }
    if (!isWebSocket(head)) return
    if (asked !== null) this.#talk.becomeSocket(asked, head, at)
    this.#s2c.becomeSocket(asked, sharedContext(head, 's2c'))
  }

  #responseLeaves(event: PipeEvent): void {
    if (this.#switching === null || event.kind !== 'frame' || !(event.meaning instanceof HttpUnit)) return
    const { asked, head } = this.#switching
    if (event.meaning.head !== head) return
    this.#switching = null
    const { raw } = event.frame
    if (raw !== event.meaning.raw && !startsAlike(raw, event.meaning.raw)) return this.#settle(createOutstanding())
    this.#settle({ ...createOutstanding(), switched: true, protocol: this.#due.protocol })
    if (isWebSocket(head)) this.#c2s.becomeSocket(asked, sharedContext(head, 'c2s'))
  }

  #settle(outcome: Outstanding): void {
    this.#asking.exchanges.length = 0
    this.#asking.switched = outcome.switched
    this.#asking.protocol = outcome.protocol
    this.#requestExit.settle(outcome)
  }

  /** What was sent before is not known, but that it was. */
  #responsesJoined({ outstanding: { exchanges } }: Standing): void {
    const since = this.#due.exchanges.splice(0)
    const before = exchanges
      .slice(0, Math.max(0, exchanges.length - since.length))
      .map(({ method, upgrade }) => this.#talk.unknown(method, upgrade))
    this.#due.exchanges.push(...before, ...since.slice(Math.max(0, since.length - exchanges.length)))
    this.#early = this.#s2c.answering === null ? before : [this.#s2c.answering, ...before]
    if (this.#known !== null) this.#talk.learn(this.#known, this.#early)
  }
}

const isWebSocket = (head: Http1Head): boolean =>
  head.status === 101 && head.field('upgrade')?.toLowerCase() === 'websocket'

/** The last stage, that sees to it that compressed messages can be read. */
const keepingContext = (exit: NamedStage, context: () => SharedContext | null): NamedStage => ({
  ...exit,
  framing: true,
  stage: (event) => {
    const shared = context()
    const leaving = shared === null ? event : shared.leaves(event)
    return leaving === null ? [] : exit.stage(leaving)
  },
  idle: () => {
    context()?.idle()
    exit.idle?.()
  },
})

function sharedContext({ raw }: Http1Head, direction: 'c2s' | 's2c'): boolean | null {
  const deflate = agreedDeflate(raw)
  if (deflate === null) return null
  return direction === 'c2s' ? deflate.clientTakeover : deflate.serverTakeover
}

/** The same version and status. */
const startsAlike = (a: Uint8Array, b: Uint8Array): boolean =>
  Buffer.from(a.subarray(0, 12)).equals(Buffer.from(b.subarray(0, 12)))
