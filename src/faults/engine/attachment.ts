/** The rules on one connection: which of them could touch it, and the stages they need there. */
import { type Known, type Subject } from '../../filter/index.ts'
import { type NamedStage, pass } from '../../pipe/action.ts'
import type { SteeredConnection } from '../../pipe/policy.ts'
import type { Direction } from '../../wire/frame.ts'
import type { Crew } from './crew.ts'
import { FAULT_HEADER, HeaderRules, type HeaderRulesOptions } from './header.ts'
import { metAtOnce, needsUnits, toldByHead, watchedDirections } from './place.ts'
import type { LiveRule } from './rule.ts'
import { type Attached, RuleStage } from './stage.ts'
import type { Unit } from '../unit.ts'
import type { Indifference, LeftAlone, Place, Watch, WatchOptions } from '../units/watch-types.ts'

const DIRECTIONS = ['c2s', 's2c'] as const
const NOTHING = new Uint8Array(0)
/** Exchanges remembered of which the answer matters to nobody; for others it is understood for nothing. */
const SPARED = 1000

export interface AttachmentOptions {
  readonly crew: Crew
  /** Of the vantage. */
  readonly tap: string
  watch(options: Pick<WatchOptions, 'info' | 'wants' | 'leftAlone' | 'swallowed' | 'indifference' | 'heardLate'>): Watch
  /** Begins in the middle: what went before is to be asked for. */
  asked(connection: number): void
  /** The rule a request brings along; absent where requests may not. */
  readonly header?: HeaderRulesOptions['rule']
}

export class Attachment implements Attached {
  readonly connection: SteeredConnection
  readonly asked = new Map<number, Unit['subject']['messages']>()
  readonly sessions = new Set<string>()
  clientLeft = false
  /** When the connection was opened, µs. */
  readonly openedAt: number
  readonly #options: AttachmentOptions
  readonly #stages = new Map<LiveRule, Partial<Record<Direction, RuleStage>>>()
  #set: Record<Direction, readonly NamedStage[]> = { c2s: [], s2c: [] }
  #watch: Watch | undefined
  /** Rules that need units, and of these, those whose match a head can tell, and the others. */
  #units: readonly LiveRule[] = []
  #byHead: readonly LiveRule[] = []
  #byBody: readonly LiveRule[] = []
  #indifference: Indifference | null = null
  readonly #scout: NamedStage = {
    rule: 'framing',
    stage: (event) => {
      if (event.kind === 'frame' && event.meaning !== undefined) this.#asks(event.meaning as Unit)
      return [pass(event)]
    },
    ended: () => {
      this.clientLeft = true
      this.#options.crew.breakpoints.left(this.connection.id)
    },
  }
  /** Exchanges whose answer no rule can match. */
  readonly #plain = new Set<number>()
  readonly #headers: HeaderRules | undefined
  /** Whether some rule can match an answer to this method. */
  #answers = new Map<string, boolean>()

  constructor(connection: SteeredConnection, openedAt: number, options: AttachmentOptions) {
    this.connection = connection
    this.openedAt = openedAt
    this.#options = options
    const { header, crew } = options
    if (header !== undefined && connection.info.transport !== 'stdio') {
      this.#headers = new HeaderRules(this, { crew, rule: header })
    }
  }

  stageOf(live: LiveRule, direction: Direction): RuleStage | undefined {
    return this.#stages.get(live)?.[direction] ?? this.#headers?.stageOf(live, direction)
  }

  /** Some rule is on it. */
  get busy(): boolean {
    return this.#stages.size > 0 || this.#watch !== undefined
  }

  get watch(): Watch | undefined {
    return this.#watch
  }

  /** From now on these rules, in this order. False: units are not needed any more, but cannot be done without just now; to be called again. */
  apply(lives: readonly LiveRule[], fresh: boolean): boolean {
    const wanted = lives.filter((live) => this.#concerned(live))
    if (wanted.length === 0 && !this.busy && this.#headers === undefined) return true
    const added = wanted.filter((live) => !this.#stages.has(live))
    for (const live of added) this.#make(live)
    for (const live of this.#stages.keys()) if (!wanted.includes(live)) this.#stages.delete(live)
    this.#units = wanted.filter(({ rule }) => needsUnits(rule))
    this.#byHead = this.#units.filter(({ rule }) => toldByHead(rule))
    this.#byBody = this.#units.filter(({ rule }) => !toldByHead(rule))
    this.#answers = new Map()
    this.#plain.clear()
    this.#indifference =
      this.#headers === undefined && wanted.length === this.#units.length ? indifferenceOf(wanted) : null
    const watched = this.#units.length > 0 || this.#headers !== undefined
    if (watched && this.#watch === undefined) this.#begin(fresh)
    const { aligned = false, stays = false } = this.#watch ?? {}
    const leaving = !watched && aligned && !stays ? this.#watch : undefined
    if (leaving !== undefined) this.#watch = undefined
    for (const direction of DIRECTIONS) this.#place(direction, wanted)
    leaving?.close()
    for (const live of added) this.meet(live)
    return watched || stays || this.#watch === undefined
  }

  /** A rule that needs no traffic to know meets the connection, once its time has come. */
  meet(live: LiveRule): void {
    if (!metAtOnce(live.rule)) return
    for (const direction of ['s2c', 'c2s'] as const) {
      const stage = live.rule.directions.includes(direction) ? this.stageOf(live, direction) : undefined
      if (stage === undefined) continue
      stage.meetConnection()
      return
    }
  }

  /** The connection is over. */
  closed(): void {
    this.#watch?.close()
    this.#watch = undefined
    for (const live of this.#stages.keys()) this.#options.crew.closed(live, this.connection.id)
    this.#headers?.closed()
    this.#stages.clear()
  }

  #concerned(live: LiveRule): boolean {
    const { rule } = live
    const { info, id } = this.connection
    if (rule.fault.stage === undefined || live.state === 'bug' || live.state === 'expired') return false
    if (live.state === 'retired' && !this.#running(live, id)) return false
    if (rule['new-connections-only'] === true && this.openedAt <= live.since) return false
    const stdio = info.transport === 'stdio'
    if (!rule.fault.applies.some((transport) => (transport === 'stdio') === stdio)) return false
    // elsewhere it acts at the door
    if (rule.fault.needs === 'listener' && !stdio) return false
    return rule.analysis.possible({
      server: info.server,
      tap: this.#options.tap,
      ...(stdio ? { transport: 'stdio' } : {}),
    })
  }

  /** Retired, but not through here. */
  #running(live: LiveRule, id: number): boolean {
    if (live.underWay === 0) return false
    if (live.rule.per === 'session') return true
    for (const instance of live.instances) if (instance.connection === id) return true
    for (const run of live.runs.values()) if (run.connection === id && run.status !== 'no') return true
    return false
  }

  #make(live: LiveRule): void {
    const stages: Partial<Record<Direction, RuleStage>> = {}
    for (const direction of watchedDirections(live.rule)) {
      stages[direction] = new RuleStage(live, this, direction, this.#options.crew)
    }
    this.#stages.set(live, stages)
  }

  #begin(fresh: boolean): void {
    const { connection } = this
    this.#watch = this.#options.watch({
      info: connection.info,
      wants: (...about) => this.#wants(...about),
      leftAlone: (what) => this.#leftAlone(what),
      swallowed: (answers) => connection.swallowed?.(answers),
      indifference: () => this.#indifference,
      heardLate: (exchange, messages) => {
        const isNoted = messages.length > 0 && this.#units.some(({ rule }) => !rule.perUnit)
        if (isNoted) this.asked.set(exchange, messages)
      },
    })
    if (fresh) return
    const place = (direction: Direction): Place => ({
      pipe: connection[direction],
      standing: () => connection.standing(direction),
    })
    this.#watch.attach({ c2s: place('c2s'), s2c: place('s2c') })
    this.#options.asked(connection.id)
  }

  /** Rules that might have matched it cannot have. */
  #leftAlone({ direction, offset, reason, verb }: LeftAlone): void {
    const { crew } = this.#options
    const known = { direction, ...(verb === undefined ? {} : { verb }) }
    const about = { kind: 'chunk', at: crew.now(), offset, bytes: NOTHING } as const
    for (const live of this.#units) {
      const stage = live.meets && live.rule.directions.includes(direction) ? this.stageOf(live, direction) : undefined
      if (stage === undefined || !this.#canMatch(live, known)) continue
      live.notApplied++
      const verdict = { fired: false, draw: null, key: `connection ${this.connection.id}`, why: '' }
      crew.decided(stage, verdict, about, `not applied: ${reason}`)
    }
  }

  /** By a head, and the method where that is known: whether the message has to be understood, for some rule may match it, or not even heard. */
  #wants(soFar: Subject, exchange: number | null, told?: string): 'whole' | 'pass' | 'ignore' {
    if (this.#units.some((live) => live.underWay > 0) || this.#brings(soFar, exchange)) return 'whole'
    if (this.#byHead.some(({ rule }) => rule.holds(soFar))) return 'whole'
    if (this.#byBody.length === 0) return 'ignore'
    const { direction, verb } = soFar
    if (direction === 's2c') return exchange !== null && this.#plain.delete(exchange) ? 'ignore' : 'whole'
    const method = told ?? soFar.header('mcp-method')
    const known = { direction, ...(verb === null ? {} : { verb }), ...(method === undefined ? {} : { method }) }
    if (this.#possible(known)) return 'whole'
    if (exchange !== null && method !== undefined && !this.#answerMatters(method)) this.#spare(exchange)
    return 'pass'
  }

  /** That to `initialize` does, for what it says of the session. */
  #answerMatters(method: string): boolean {
    let matters = method === 'initialize' || this.#answers.get(method)
    if (matters === undefined) {
      matters = this.#possible({ direction: 's2c', method })
      this.#answers.set(method, matters)
    }
    return matters
  }

  /** A rule of its own. */
  #brings(soFar: Subject, exchange: number | null): boolean {
    if (this.#headers === undefined) return false
    return exchange !== null && soFar.direction === 's2c'
      ? this.#headers.has(exchange)
      : soFar.header(FAULT_HEADER) !== undefined
  }

  /** A request: whether its answer matters to anybody. */
  #asks({ exchange, subject: { messages } }: Unit): void {
    if (exchange === null || messages.length === 0) return
    if (messages.some(({ method }) => method === null || this.#answerMatters(method))) return
    this.#spare(exchange)
  }

  /** Those that are answered by a stream are never asked about. */
  #spare(exchange: number): void {
    const [oldest] = this.#plain
    if (oldest !== undefined && this.#plain.size >= SPARED) this.#plain.delete(oldest)
    this.#plain.add(exchange)
  }

  #possible(known: Known): boolean {
    return this.#byBody.some((live) => this.#canMatch(live, known))
  }

  #canMatch({ rule }: LiveRule, known: Known): boolean {
    const { server } = this.connection.info
    return rule.analysis.possible({ server, tap: this.#options.tap, ...known })
  }

  #place(direction: Direction, lives: readonly LiveRule[]): void {
    const watch = this.#watch
    const rules = lives.flatMap((live) => this.#stages.get(live)?.[direction]?.named ?? [])
    const scouts = direction === 'c2s' && this.connection.info.transport !== 'stdio' ? [this.#scout] : []
    const brought = this.#headers === undefined ? [] : [this.#headers.stages[direction]]
    const stages =
      watch === undefined ? rules : [watch.entry(direction), ...scouts, ...brought, ...rules, watch.exit(direction)]
    const now = this.#set[direction]
    if (stages.length === now.length && stages.every((stage, at) => stage === now[at])) return
    this.#set[direction] = stages
    this.connection[direction].setStages(stages)
  }
}

/** Where all of them are about units, and none is doing anything. */
const indifferenceOf = (lives: readonly LiveRule[]): Indifference => ({
  words: [...new Set(lives.flatMap(({ silence }) => silence.words))],
  couldHold: (subject, ofSession) => lives.some(({ silence }) => silence.couldHold(subject, ofSession)),
  busy: () => {
    // asked for each message: most rules have nothing to count
    for (const live of lives)
      if (live.instances.size > 0 || (live.rule.after !== undefined && live.underWay > 0)) return true
    return false
  },
})
