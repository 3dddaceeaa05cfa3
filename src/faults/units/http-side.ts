/** One direction of HTTP, and of what it is switched to, in units. */
import { type Action, type NamedStage, pass, type PipeEvent } from '../../pipe/action.ts'
import type { Standing } from '../../pipe/policy.ts'
import { Gathered } from '../../wire/gathered.ts'
import { firstMethod, TELLING_BYTES } from '../../wire/first-method.ts'
import { createHttp1Splitter, type Http1Head, type Http1Listener, type Http1Splitter } from '../../wire/http1.ts'
import { EventStream } from './event-stream.ts'
import { HeadFactsReader, type HeadFacts } from './head-facts.ts'
import { goOn, interim, toldByUs } from './go-on.ts'
import { headUnit } from './head-unit.ts'
import type { HttpSideOptions } from './http-side-options.ts'
import { PASS, planMessage, streamPlan, type Plan } from './message-plan.ts'
import type { SharedContext } from './shared-context.ts'
import { SocketSide } from './socket-side.ts'
import type { Asked } from './talk.ts'
import { opaqueUnit } from './opaque-unit.ts'
import { contextAt, takeOver, takeOverSocket } from './taking-over.ts'
import type { Place } from './watch-types.ts'
import { hearWhole, wholeUnit, type WholeParts } from './whole-unit.ts'

const MAX_BYTES = 16 * 1024 * 1024

export class HttpSide implements Http1Listener {
  readonly entry: NamedStage
  readonly #options: HttpSideOptions
  readonly #maxBytes: number
  #splitter: Http1Splitter
  /** Held: a head, a message that is to be a unit; else what has come with this chunk. */
  readonly #raw = new Gathered()
  readonly #payload = new Gathered()
  #from = 0
  #head: Http1Head | null = null
  readonly #reader = new HeadFactsReader()
  #facts!: HeadFacts
  #asked: Asked | null = null
  /** Null between messages, and within a head. */
  #plan: Plan | null = null
  #stream: EventStream | null = null
  #socket: SocketSide | null = null
  /** The head under way began before us. */
  #partial = false
  /** No place is known to go on from; this may tell one. */
  #blind: Place | null = null
  /** Bytes that are no HTTP have come. */
  #opaque = false
  /** So it was before we began. */
  #wasOpaque = false

  constructor(options: HttpSideOptions) {
    this.#options = options
    this.#maxBytes = options.watch.maxUnitBytes ?? MAX_BYTES
    this.#splitter = createHttp1Splitter(this.#side, options.outstanding, this)
    this.entry = {
      rule: 'framing',
      framing: true,
      stage: (event) => [...this.#stage(event).map(pass), ...this.#goOn()],
      spares: (bytes, at) => this.#isAtBorder && options.spared[this.#side].takes(bytes, at),
      release: () => this.#release(),
    }
  }

  get #isAtBorder(): boolean {
    return this.#blind === null && this.#plan === null && this.#splitter.state === 'boundary'
  }

  get #side(): 'request' | 'response' {
    return this.#options.events.direction === 'c2s' ? 'request' : 'response'
  }

  get aligned(): boolean {
    return this.#socket?.aligned ?? this.#stream?.aligned ?? !this.#owesGoOn
  }

  /** A client has been told to go on by us, and a server may tell it again. */
  get #owesGoOn(): boolean {
    return this.#side === 'request'
      ? this.#plan !== null && toldByUs(this.#asked)
      : this.#options.outstanding.exchanges.some(toldByUs)
  }

  /** What its messages are compressed with, where they share that. */
  get context(): SharedContext | null {
    return this.#socket?.context ?? null
  }

  /** The request whose response is passing. */
  get answering(): Asked | null {
    return this.#plan === null ? null : this.#asked
  }

  /** Begins in the middle. */
  attach(place: Place): void {
    this.#blind = place
    this.joined()
  }

  /** Whether it knows where it stands. */
  joined(): boolean {
    return this.#blind === null || this.#look(this.#blind, this.#blind.pipe.received)
  }

  /** The rest of the connection is a WebSocket; it begins with the next byte. */
  becomeSocket(asked: Asked | null, shared: boolean | 'unknown' | null): void {
    if (this.#opaque) return
    const { events, talk } = this.#options
    const tooLarge = (offset: number): void => this.#leave(offset, 'too large')
    this.#socket = new SocketSide({ events, talk, asked, shared, maxBytes: this.#maxBytes, tooLarge })
    events.transport = 'websocket'
  }

  headSpan(chunk: Uint8Array, from: number, to: number): void {
    this.#add(chunk, from, to)
  }

  head(head: Http1Head): void {
    const { events, talk, asked, outstanding } = this.#options
    const isResponse = this.#side === 'response'
    const isInterim = isResponse && head.status < 200 && head.status !== 101
    this.#options.begins?.(this.#from, !isInterim)
    if (isInterim) return interim(events, head, this.#raw.take(), this.#from, outstanding.exchanges[0])
    this.#head = head
    this.#facts = this.#reader.read(head)
    this.#asked = asked(head, this.#facts)
    if (isResponse && this.#asked?.spared === true) this.#options.spared.late(this.#asked, events.at)
    this.#plan = this.#planFor(head)
    if (isResponse && this.#asked !== null) {
      talk.responded(this.#asked, head.status, this.#facts.sessionId, this.#plan.opens === 'stream')
    }
    if (this.#plan.opens !== null || head.framing === 'tunnel') this.#open(head)
    if (head.framing !== 'tunnel') return
    this.#plan = PASS
    this.#options.switched?.(this.#asked, head)
  }

  /** A client that waits before it sends the body of what is to be a unit is told to go on: its request leaves when it is whole. */
  #goOn(): readonly Action[] {
    if (this.#side === 'response' || this.#asked === null || this.#plan?.whole !== true) return []
    return goOn(this.#asked, this.#facts, this.#payload.length)
  }

  payload(chunk: Uint8Array, from: number, to: number): void {
    if (this.#stream !== null) return this.#stream.payload(chunk, from, to)
    this.#add(chunk, from, to)
    const before = this.#payload.length
    if (this.#plan?.listens === true) this.#payload.add(chunk, from, to)
    if (before < TELLING_BYTES && this.#payload.length >= TELLING_BYTES) this.#lookAgain()
    this.#bound()
  }

  /** The beginning of a request may tell that no rule can match it: the rest then need not be waited for. */
  #lookAgain(): void {
    const [plan, head] = [this.#plan, this.#head]
    if (this.#side === 'response' || plan?.whole !== true || head === null || this.#facts.coded) return
    const method = firstMethod(this.#payload.peek(TELLING_BYTES))
    if (method === null) return
    this.#plan = this.#asWanted(plan, head, method)
    if (!this.#plan.listens) this.#payload.take()
  }

  framing(chunk: Uint8Array, from: number, to: number): void {
    if (this.#stream !== null) return this.#stream.framing(chunk, from, to)
    this.#add(chunk, from, to)
    this.#bound()
  }

  messageEnd(): void {
    if (this.#stream !== null) this.#stream.end()
    else if (this.#plan?.whole === true) wholeUnit(this.#told(this.#head!))
    else this.#heard()
    this.#learn()
    this.#plan = null
    this.#stream = null
    this.#options.answered?.(this.#asked)
    this.#asked = null
  }

  opaque(chunk: Uint8Array, from: number, to: number): void {
    if (this.#socket !== null) return this.#socket.push(chunk, from, to)
    if (!this.#opaque) this.#lose(from)
    this.#opaque = true
    this.#options.events.transport = 'opaque'
    this.#add(chunk, from, to)
  }

  /** The framing of a body cannot be followed any further: what was held of it goes on, as will the rest. */
  #lose(from: number): void {
    const stream = this.#stream
    if (stream === null && this.#plan?.whole !== true) return
    this.#leave(stream === null ? this.#from : this.#options.events.base + from, 'broken framing')
    this.#stream = null
    this.#plan = PASS
    if (stream === null) this.#heard()
    else stream.breakOff()
  }

  #stage(event: PipeEvent): PipeEvent[] {
    const { events } = this.#options
    if (event.kind === 'end') {
      events.at = event.at
      if (this.#blind === null) this.#splitter.end()
      this.#stream?.breakOff()
      const held = this.#release()
      return [...events.take(), ...held, event]
    }
    if (event.kind !== 'chunk') return [event]
    if (this.#blind !== null && !this.#look(this.#blind, event.offset)) return [event]
    if (this.#side === 'response') this.#catchUp(event)
    events.begin(event)
    if (this.#wasOpaque) this.opaque(event.bytes, 0, event.bytes.length)
    else this.#splitter.push(event.bytes)
    this.#give()
    return events.take()
  }

  /** The head of an event stream was spared, and the events so far. */
  #catchUp({ at, offset }: Extract<PipeEvent, { kind: 'chunk' }>): void {
    const { events, spared, talk } = this.#options
    const head = spared.missed()
    if (head === null) return
    events.begin({ at, offset: offset - head.length })
    this.#splitter.push(head)
    if (this.#asked !== null) talk.resumable(this.#asked)
    // it has left already
    events.take()
  }

  #learn(): void {
    const { events, spared } = this.#options
    const [head, asked, plan] = [this.#head, this.#asked, this.#plan]
    if (head === null || asked === null) return
    const isHeard = plan?.whole === true || plan?.listens === true
    spared[this.#side].learn({ head, facts: this.#facts, asked, isHeard, events })
  }

  /** Whether there is something to go on from, where the next byte is the one at this address. */
  #look({ pipe, standing }: Place, offset: number): boolean {
    const found = pipe.given === offset && this.#options.ready?.() !== false ? standing() : null
    if (found === null || !this.#join(found)) return false
    this.#blind = null
    this.#options.joined?.(found)
    return true
  }

  #join(standing: Standing): boolean {
    const { outstanding } = this.#options
    if (standing.outstanding.switched) return this.#joinTunnel(standing)
    this.#wasOpaque = standing.opaque === true
    if (this.#wasOpaque) return true
    const fork = takeOver(standing, this.#side, this, outstanding)
    if (fork === null) return false
    this.#splitter = fork
    this.#partial = fork.state === 'head'
    if (fork.state !== 'body' || standing.head === null) return true
    this.#head = standing.head
    if (this.#side === 'response') this.#asked = this.#options.talk.unknown('', false)
    const plan = this.#side === 'response' ? streamPlan(standing.head, this.#reader.read(standing.head), null) : null
    this.#plan = PASS
    if (plan === null || plan.framing === 'length') return true
    this.#stream = this.#streamOf(standing.head, plan.framing)
    this.#stream.resume(fork.chunkPlace, standing.tail)
    return true
  }

  #joinTunnel(standing: Standing): boolean {
    this.#options.outstanding.switched = true
    if (standing.outstanding.protocol !== 'websocket') return true
    this.becomeSocket(null, contextAt(standing, this.#side))
    takeOverSocket(standing, this.#socket!)
    return true
  }

  #planFor(head: Http1Head): Plan {
    const partial = this.#partial
    this.#partial = false
    const plan = planMessage(this.#side, head, this.#facts, this.#asked, this.#maxBytes)
    if (plan.reason !== undefined) this.#leave(this.#from, plan.reason)
    if (partial) return this.#planPartial(head, plan)
    if (!plan.whole || plan.opens !== null || head.framing === 'none' || head.framing === 'tunnel') return plan
    return this.#asWanted(plan, head)
  }

  /** Whether rules want it whole; its method is not in the head. */
  #asWanted(plan: Plan, head: Http1Head, method?: string): Plan {
    const { events, watch } = this.#options
    const soFar = events.subject({ kind: 'head', size: this.#raw.length, asked: this.#asked, head })
    const wanted = watch.wants?.(soFar, this.#asked?.number ?? null, method) ?? 'whole'
    return wanted === 'whole' ? plan : { ...plan, whole: false, listens: wanted === 'pass' }
  }

  /** The beginning of its head has gone already, so that is no unit; what follows it may be. */
  #planPartial(head: Http1Head, plan: Plan): Plan {
    const stream = plan.opens === 'stream' ? streamPlan(head, this.#facts, null) : null
    this.#options.events.opaque(this.#raw.take(), this.#from)
    if (stream !== null) this.#stream = this.#streamOf(head, stream.framing)
    return { ...plan, whole: false, opens: null }
  }

  /** A head that is a unit by itself, before what it opens. */
  #open(head: Http1Head): void {
    const { events } = this.#options
    const opensStream = this.#plan?.opens === 'stream'
    const about = { events, asked: this.#asked, head, facts: this.#facts, raw: this.#raw.take(), from: this.#from }
    const plan = headUnit({ ...about, opensStream })
    if (plan !== null) this.#stream = this.#streamOf(head, plan.framing)
  }

  #streamOf(head: Http1Head, framing: 'chunked' | 'length' | 'until-close'): EventStream {
    const { events, talk } = this.#options
    const tooLarge = (offset: number): void => this.#leave(offset, 'too large')
    return new EventStream({ events, talk, asked: this.#asked, head, framing, maxBytes: this.#maxBytes, tooLarge })
  }

  /** The message that is complete, or has passed. */
  #told(head: Http1Head): WholeParts {
    const { events, talk } = this.#options
    const [raw, payload] = [this.#raw.take(), this.#payload.take()]
    const [asked, facts, from, maxBytes] = [this.#asked, this.#facts, this.#from, this.#maxBytes]
    return { events, talk, asked, head, facts, raw, payload, from, maxBytes }
  }

  /** What passed is heard all the same. */
  #heard(): void {
    this.#options.events.opaque(this.#raw.take(), this.#from)
    if (this.#plan?.listens === true && this.#head !== null) hearWhole(this.#told(this.#head))
    else this.#payload.take()
  }

  #bound(): void {
    const plan = this.#plan
    if (plan === null || (!plan.whole && !plan.listens)) return
    if ((plan.whole ? this.#raw : this.#payload).length <= this.#maxBytes) return
    if (plan.whole) this.#leave(this.#from, 'too large')
    this.#plan = PASS
    this.#payload.take()
  }

  #leave(offset: number, reason: string): void {
    const { events, watch } = this.#options
    const verb = this.#asked?.method ?? ''
    watch.leftAlone?.({ direction: events.direction, offset, reason, ...(verb === '' ? {} : { verb }) })
  }

  #add(chunk: Uint8Array, from: number, to: number): void {
    if (this.#raw.length === 0) this.#from = this.#options.events.base + from
    this.#raw.add(chunk, from, to)
  }

  /** The chunk has been read: what does not wait for the rest of a unit goes on. */
  #give(): void {
    if (this.#socket !== null) return this.#socket.give()
    if (this.#stream !== null) return this.#stream.give()
    if (this.#opaque) return opaqueUnit(this.#options.events, this.#raw.take(), this.#from)
    const waits = this.#plan === null ? !this.#partial : this.#plan.whole
    if (!waits) this.#options.events.opaque(this.#raw.take(), this.#from)
  }

  #release(): PipeEvent[] {
    const { at } = this.#options.events
    const socket = this.#socket?.release(at) ?? []
    const [bytes, offset] =
      this.#stream === null ? [this.#raw.take(), this.#from] : [this.#stream.release(), this.#stream.from]
    return bytes.length === 0 ? socket : [...socket, { kind: 'chunk', at, offset, bytes }]
  }
}
