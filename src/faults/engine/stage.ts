/** One rule on one direction of one connection: the stage that meets traffic, asks the rule, and lets the damage be done. */
import type { Action, NamedStage, PipeEvent } from '../../pipe/action.ts'
import { pass } from '../../pipe/action.ts'
import type { SteeredConnection } from '../../pipe/policy.ts'
import type { Direction } from '../../wire/frame.ts'
import { pastCount } from './after.ts'
import type { Crew } from './crew.ts'
import { endsExchange, namesSessions, scopeOf, sessionOf, withAsked } from './place.ts'
import { firstDirection, type Instance, type LiveRule, type Run, type Verdict } from './rule.ts'
import type { FaultEvent } from '../fault.ts'
import type { FaultFrame, Unit } from '../unit.ts'

/** Tokens of our own ticks. */
type Token =
  | { readonly begin: Run; readonly unit: FaultFrame | null; readonly stage: RuleStage }
  | { readonly wake: Instance; readonly token: unknown; readonly stage: RuleStage }

/** What is known of a connection by all its stages. */
export interface Attached {
  readonly connection: SteeredConnection
  /** What each open HTTP exchange asked for. */
  readonly asked: Map<number, Unit['subject']['messages']>
  /** Sessions that were seen on it by rules that name sessions. */
  readonly sessions: Set<string>
  /** Its client has closed, which on stdio says nothing. */
  readonly clientLeft: boolean
  /** The stage of a rule in a direction, where there is one. */
  stageOf(live: LiveRule, direction: Direction): RuleStage | undefined
}

interface Traffic {
  readonly event: Exclude<PipeEvent, { kind: 'tick' | 'end' }>
  readonly unit: Unit | undefined
}

export class RuleStage {
  readonly live: LiveRule
  readonly named: NamedStage
  readonly direction: Direction
  readonly attached: Attached
  readonly #crew: Crew
  readonly #acts: boolean
  /** Its match names sessions, its damage does not keep to them. */
  readonly #named: boolean
  readonly #host: NamedStage | undefined
  #held: { readonly by: Instance; readonly event: PipeEvent }[] = []
  #spans: { readonly instance: Instance; left: number }[] = []

  /** `host`: the stage in the pipe that this one is within, where it does not stand there itself. */
  constructor(live: LiveRule, attached: Attached, direction: Direction, crew: Crew, host?: NamedStage) {
    this.live = live
    this.attached = attached
    this.direction = direction
    this.#crew = crew
    this.#host = host
    this.#acts = live.rule.directions.includes(direction)
    this.#named = live.rule.per === 'connection' && namesSessions(live.rule)
    this.named = {
      rule: live.id,
      stage: (event) => this.#met(event),
      holds: () => this.#held.length > 0,
      release: () => this.#held.splice(0).map(({ event }) => event),
    }
  }

  get connection(): number {
    return this.attached.connection.id
  }

  /** Of a rule that names sessions and hits whole connections: who else is on this one, for proxies in front pool connections. */
  get bystanders(): string {
    const { sessions } = this.attached
    return this.#named && sessions.size > 1 ? `on a connection of sessions ${[...sessions].join(', ')}` : ''
  }

  /** Something waits in the pipe because of it. */
  get delays(): boolean {
    return this.attached.connection[this.direction].delays(this.named)
  }

  /** Puts an event by for an instance. */
  keep(by: Instance, event: PipeEvent): void {
    by.kept++
    this.#held.push({ by, event })
  }

  keptOf(by: Instance): number {
    let count = 0
    for (const held of this.#held) if (held.by === by) count++
    return count
  }

  take(by: Instance, count: number): PipeEvent[] {
    const taken: PipeEvent[] = []
    this.#held = this.#held.filter((held) => {
      if (held.by !== by || taken.length >= count) return true
      taken.push(held.event)
      return false
    })
    by.kept -= taken.length
    return taken
  }

  /** Lets the damage begin where there is no traffic to begin with. */
  begin(run: Run, unit: FaultFrame | null): void {
    const pipe = this.attached.connection[this.direction]
    pipe.tick(this.#host ?? this.named, { begin: run, unit, stage: this } satisfies Token)
  }

  /** The connection itself is the match. */
  meetConnection(): void {
    const { live, connection } = this
    const id = `connection ${connection}`
    if (!live.meets || live.runs.has(id)) return
    const at = this.#crew.now()
    const verdict = this.#ask(at, null, undefined)
    if (verdict === undefined) return
    const run = this.#crew.run(live, id, connection, null, verdict)
    if (run.status === 'on') this.begin(run, null)
  }

  wake(instance: Instance, token: unknown): void {
    const pipe = this.attached.connection[this.direction]
    pipe.tick(this.#host ?? this.named, { wake: instance, token, stage: this } satisfies Token)
  }

  #met(event: PipeEvent): readonly Action[] {
    const { live } = this
    if (event.kind === 'tick') return this.#ticked(event.at, event.token as Token)
    if (live.state === 'bug' || live.state === 'expired') return [pass(event)]
    if (event.kind === 'end') return this.#ended(event)
    const unit = event.kind === 'frame' ? (event.meaning as Unit | undefined) : undefined
    const traffic = { event, unit }
    if (live.rule.perUnit) return unit === undefined ? [pass(event)] : this.#perUnit(traffic, unit)
    const actions = this.#perScope(traffic)
    if (unit !== undefined) this.#noteExchange(unit, event)
    return actions
  }

  #ticked(at: number, token: Token): readonly Action[] {
    if ('begin' in token) return this.#start(token.begin, at, token.unit, true)
    const { wake: instance } = token
    if (instance.over) return []
    const tick = {
      kind: 'tick',
      at,
      token: token.token,
      direction: this.direction,
      connection: this.connection,
    } as const
    const actions = this.#do(instance, tick, undefined)
    this.#crew.settle(instance)
    return actions
  }

  #ended(event: Extract<PipeEvent, { kind: 'end' }>): readonly Action[] {
    const { live, direction, connection } = this
    const run = live.rule.perUnit || !this.#acts ? undefined : this.#openRun()
    if (run?.instance == null || run.status !== 'on') return [pass(event)]
    return this.#do(run.instance, { ...event, direction, connection }, event)
  }

  /** The run of the connection, or of its last open exchange. */
  #openRun(): Run | undefined {
    const { live, connection } = this
    const whole = live.runs.get(`connection ${connection}`)
    if (whole !== undefined) return whole
    for (const run of live.runs.values()) if (run.connection === connection && run.status === 'on') return run
    return undefined
  }

  // single messages

  #perUnit({ event }: Traffic, unit: Unit): readonly Action[] {
    const { live } = this
    const acts = this.#acts && live.rule.holds(unit.subject)
    if (live.rule.per !== 'message') return this.#perUnitOfScope(event as FaultFrame, unit, acts)
    if (!acts) return [pass(event)]
    const [span] = this.#spans
    if (span !== undefined) {
      if (--span.left === 0) this.#spans.shift()
      return this.#unit(span.instance, event as FaultFrame)
    }
    const verdict = this.#ask(event.at, event, unit)
    if (!verdict?.fired) return [pass(event)]
    const instance = this.#crew.instance(live, verdict.key, this.connection)
    const many = live.rule.fault.span?.(live.rule.options) ?? 1
    if (many > 1) this.#spans.push({ instance, left: many - 1 })
    return this.#unit(instance, event as FaultFrame, verdict)
  }

  /** A wider draw over single messages. */
  #perUnitOfScope(event: FaultFrame, unit: Unit, acts: boolean): readonly Action[] {
    const { live } = this
    const id = scopeOf(live.rule, this.connection, unit) ?? ''
    let run = live.runs.get(id)
    if (run === undefined) {
      const holds = acts || live.rule.holds(unit.subject)
      const verdict = holds ? this.#ask(event.at, event, unit) : undefined
      if (verdict === undefined) return [pass(event)]
      run = this.#crew.run(live, id, this.connection, unit.exchange, verdict)
      if (!verdict.fired) return [pass(event)]
    }
    if (run.status === 'counting') {
      pastCount(run, live.rule, { direction: this.direction, bytes: event.frame.raw.length, unit }, () => {
        run.status = 'on'
      })
      return [pass(event)]
    }
    if (run.status === 'no' || !acts) return [pass(event)]
    const first = run.instance === null
    run.instance ??= this.#crew.instance(live, run.verdict.key, this.connection)
    return this.#unit(run.instance, event, first ? run.verdict : undefined)
  }

  #unit(instance: Instance, event: FaultFrame, verdict?: Verdict): readonly Action[] {
    const { direction, connection } = this
    const actions = this.#do(instance, { ...event, direction, connection }, event, verdict)
    if (!this.#spans.some((span) => span.instance === instance)) this.#crew.settle(instance)
    return actions
  }

  // whole scopes

  #perScope({ event, unit }: Traffic): readonly Action[] {
    const { live, connection } = this
    if (this.#named && unit?.subject.session != null) this.attached.sessions.add(unit.subject.session)
    if (live.runs.size === 0 && !(live.meets && this.#holds(unit))) return [pass(event)]
    const id = scopeOf(live.rule, connection, unit)
    if (id === null) return [pass(event)]
    let run = live.runs.get(id)
    let started: readonly Action[] = []
    if (run === undefined) {
      if (!live.meets || !this.#holds(unit)) return [pass(event)]
      const verdict = this.#ask(event.at, event, unit)
      if (verdict === undefined) return [pass(event)]
      run = this.#crew.run(live, id, connection, unit?.exchange ?? null, verdict)
      if (run.status === 'on') started = this.#startAt(run, event, unit, false)
    }
    if (run.status === 'counting') return this.#counted(run, event, unit)
    if (run.status === 'no' || run.instance === null || !(this.#acts || live.rule.fault.hears === true))
      return [...started, pass(event)]
    const done = this.#do(run.instance, this.#faultEvent(event, unit), event)
    if (unit?.asks === true) run.answers = Math.max(1, sentTimes(done, event))
    return started.length === 0 ? done : [...started, ...done]
  }

  #holds(unit: Unit | undefined): boolean {
    const { rule } = this.live
    if (unit === undefined)
      return rule.analysis.needs === 'connection' && rule.analysis.directions.includes(this.direction)
    if (rule.holds(unit.subject)) return true
    const asked =
      unit.exchange === null || unit.subject.messages.length > 0 ? undefined : this.attached.asked.get(unit.exchange)
    return asked !== undefined && this.direction === 's2c' && rule.holds(withAsked(unit.subject, asked))
  }

  #counted(run: Run, event: Traffic['event'], unit: Unit | undefined): readonly Action[] {
    const bytes = event.kind === 'chunk' ? event.bytes.length : event.frame.raw.length
    let started: readonly Action[] = []
    pastCount(run, this.live.rule, { direction: this.direction, bytes, unit }, () => {
      run.status = 'on'
      if (this.#acts) started = this.#startAt(run, event, unit, true)
      // over there, and yet behind what completed it
      else queueMicrotask(() => this.#startAt(run, event, unit, true))
    })
    return [pass(event), ...started]
  }

  /** Here where the damage is done in this direction, else over there. */
  #startAt(run: Run, event: Traffic['event'], unit: Unit | undefined, passed: boolean): readonly Action[] {
    const frame = unit === undefined ? null : (event as FaultFrame)
    if (this.#acts) return this.#start(run, event.at, frame, passed)
    this.attached.stageOf(this.live, firstDirection(this.live.rule))?.begin(run, frame)
    return []
  }

  #start(run: Run, at: number, unit: FaultFrame | null, passed: boolean): readonly Action[] {
    if (run.instance !== null) return []
    const { live, direction, connection } = this
    run.status = 'on'
    run.instance = this.#crew.instance(live, run.verdict.key, this.connection)
    return this.#do(run.instance, { kind: 'start', at, direction, connection, unit, passed }, undefined, run.verdict)
  }

  #noteExchange(unit: Unit, event: Traffic['event']): void {
    const { live, connection, attached } = this
    const { exchange } = unit
    if (exchange === null) return
    if (this.direction === 'c2s') {
      const { messages } = unit.subject
      if (messages.length > 0) attached.asked.set(exchange, messages)
    } else if (endsExchange(unit, event.kind === 'frame' ? event.frame.kind : 'chunk')) {
      attached.asked.delete(exchange)
      const run = live.runs.get(`exchange ${connection} ${exchange}`)
      if (run !== undefined && --run.answers <= 0) this.#crew.over(live, run)
    }
  }

  // asking and doing

  #faultEvent(event: Traffic['event'], unit: Unit | undefined): FaultEvent {
    const { direction, connection } = this
    if (event.kind === 'chunk') return { ...event, direction, connection }
    if (unit !== undefined) return { ...(event as FaultFrame), direction, connection }
    return { kind: 'chunk', at: event.at, offset: event.offset, bytes: event.frame.raw, direction, connection }
  }

  /** Undefined: it is no match (yet). */
  #ask(at: number, event: Traffic['event'] | null, unit: Unit | undefined): Verdict | undefined {
    const { live, connection } = this
    if (!live.meets || !live.inWindow(at)) return undefined
    const session = unit === undefined ? `connection ${connection}` : sessionOf(unit.subject, connection)
    if (!this.#crew.mayMeet(live, session)) return undefined
    const verdict = live.meet(unit)
    if (verdict.fired) return { ...verdict, session }
    this.#crew.decided(this, verdict, event, verdict.why)
    return verdict
  }

  #do(instance: Instance, event: FaultEvent, original: PipeEvent | undefined, verdict?: Verdict): readonly Action[] {
    return this.#crew.act(this, instance, event, original, verdict)
  }
}

/** How often an event goes on. */
const sentTimes = (actions: readonly Action[], event: PipeEvent): number =>
  actions.filter((action) => action.do === 'pass' && action.event === event).length
