/** A rule at work: what it has met, what it decided, what it has begun. */
import { type Silence, silenceOf } from '../../filter/index.ts'
import type { Direction } from '../../wire/frame.ts'
import { drawOf } from '../draw.ts'
import type { Damage } from '../fault.ts'
import type { Rule } from '../rules/parse.ts'
import type { ActiveRule } from '../rules/rule.ts'
import type { Unit } from '../unit.ts'

/** Sessions and kinds of messages that are told apart; the oldest are forgotten beyond it, and then count anew. */
const REMEMBERED = 10_000

/** `retired`: `times`, `nth` or `window` are used up · `expired`: `for` is over · `bug`: its fault threw. */
export type RuleState = 'on' | 'retired' | 'expired' | 'bug'

/** What the envelope says of a match. */
export interface Verdict {
  readonly fired: boolean
  readonly draw: number | null
  /** Key of the draw, `session 2`. */
  readonly key: string
  /** Why it did not fire; empty where it did. */
  readonly why: string
  /** The session of what matched, where it fired. */
  readonly session?: string
}

/** One doing of the damage. */
export interface Instance {
  readonly live: LiveRule
  /** Where it began. */
  readonly connection: number
  readonly key: string
  readonly damage: Damage
  /** Cancels of ticks to come. */
  readonly wakes: Set<() => void>
  /** Events it has put by. */
  kept: number
  /** It waits for its place or its time, and has done nothing yet. */
  armed: boolean
  over: boolean
}

/** What became of a scope the rule has met. `no`: nothing; `counting`: `after` is not over; `on`: the damage is done. */
export interface Run {
  readonly id: string
  readonly connection: number
  /** Of a stream: the HTTP exchange. */
  readonly exchange: number | null
  readonly verdict: Verdict
  status: 'no' | 'counting' | 'on'
  /** Events, messages, calls, bytes that have to go by yet. */
  left: number
  /** Of a stream: how many answers its request will have; more than one where it goes to the server more than once. */
  answers: number
  instance: Instance | null
  /** Its scope is over; it goes once nothing is held or awaited any more. */
  done: boolean
  /** Of `after` a time. */
  cancel?: () => void
}

export class LiveRule {
  readonly rule: Rule
  #active: ActiveRule
  /** When it became active, µs. */
  readonly since: number
  /** What of it can be told without reading messages. */
  readonly silence: Silence
  readonly shared = new Map<string, unknown>()
  readonly runs = new Map<string, Run>()
  readonly instances = new Set<Instance>()
  /** Connections it has done something to. */
  readonly touched = new Set<number>()
  /** Those it has eaten from for good. */
  readonly ate = new Set<number>()
  state: RuleState = 'on'
  bug = ''
  matched = 0
  fired = 0
  notApplied = 0
  lastAt: number | null = null
  readonly #seed: number
  readonly #sessions = new Map<string, number>()
  readonly #messages = new Map<string, number>()

  constructor(rule: Rule, active: ActiveRule, seed: number, since: number) {
    this.rule = rule
    this.silence = silenceOf(rule.filter)
    this.#active = active
    this.since = since
    this.#seed = seed
  }

  get id(): string {
    return this.rule.id
  }

  /** As it was given last. */
  get active(): ActiveRule {
    return this.#active
  }

  /** The same rule again, of a revision of its own. */
  givenAs(active: ActiveRule): ActiveRule {
    return (this.#active = active)
  }

  /** It may still meet something: with `times`, not more than is left beside what waits for its `after` or its place. */
  get meets(): boolean {
    const { times } = this.rule
    return this.state === 'on' && (times === undefined || this.fired + this.#waiting < times)
  }

  /** Scopes for which it will fire, unless they end before. */
  get #waiting(): number {
    let count = 0
    for (const { status, instance } of this.runs.values()) if (status !== 'no' && (instance?.armed ?? true)) count++
    return count
  }

  /** A run of a scope; the oldest that came to nothing is forgotten beyond the bound. */
  add(run: Run): void {
    if (this.runs.size >= REMEMBERED)
      for (const [id, { status }] of this.runs) {
        if (status !== 'no') continue
        this.runs.delete(id)
        break
      }
    this.runs.set(run.id, run)
  }

  /** There is nothing it does, or will do. */
  get idle(): boolean {
    if (this.state === 'on') return false
    return this.state !== 'retired' || this.underWay === 0
  }

  /** `window` is open; closes the rule when it is over for good. */
  inWindow(now: number): boolean {
    const { window } = this.rule
    if (window === undefined) return true
    const ms = (now - this.since) / 1000
    if (window.to !== null && ms >= window.to && this.state === 'on') this.state = 'retired'
    return ms >= window.from && (window.to === null || ms < window.to)
  }

  /** A match: what becomes of it. `unit`: of a message. */
  meet(unit?: Unit): Verdict {
    const { rule } = this
    const n = ++this.matched
    const key = rule.per === 'message' && unit !== undefined ? this.#messageKey(unit) : `${rule.per} ${n}`
    const no = (why: string): Verdict => ({ fired: false, draw: null, key, why })
    const skipped = rule.skip ?? 0
    if (rule.nth !== undefined && n >= rule.nth) this.state = 'retired'
    if (n <= skipped) return no('skipped')
    if (rule.nth !== undefined && n !== rule.nth) return no(`not number ${rule.nth}`)
    if (rule.every !== undefined && (n - skipped) % rule.every !== 0) return no(`not every ${rule.every}`)
    if (rule.limit !== undefined && this.underWay >= rule.limit) return no(`limit ${rule.limit}`)
    const draw = rule.probability === undefined || rule.probability === 1 ? null : drawOf(this.#seed, rule.id, key)
    if (draw !== null && draw >= (rule.probability ?? 1)) return { fired: false, draw, key, why: 'drawn' }
    return { fired: true, draw, key, why: '' }
  }

  /** It has acted. */
  count(at: number): void {
    this.fired++
    this.lastAt = at
    if (this.rule.times !== undefined && this.fired >= this.rule.times) this.state = 'retired'
  }

  /** It let nothing go on of what came on this connection. */
  eaten(connection: number): void {
    if (this.rule.fault.eats?.(this.rule.options) === true) this.ate.add(connection)
  }

  /** Those that are to hear of its end. */
  get connections(): readonly number[] {
    const eats = this.rule.fault.eats?.(this.rule.options) ?? false
    if (eats === 'under-way') return [...new Set(Array.from(this.instances, ({ connection }) => connection))]
    if (eats) return [...this.ate]
    return this.underWay > 0 ? [...this.touched] : []
  }

  /** How many are under way. */
  get underWay(): number {
    let counting = 0
    if (this.rule.after !== undefined)
      for (const { status } of this.runs.values()) if (status === 'counting') counting++
    return this.instances.size + counting
  }

  /** The draws of one instance, one after the other. */
  draws(key: string): () => number {
    let n = 0
    return () => drawOf(this.#seed, this.id, `${key} #${++n}`)
  }

  #messageKey({ subject }: Unit): string {
    const { direction, messages, kind, session } = subject
    const [message] = messages
    const name = message === undefined ? kind : `${message.method ?? message.kind}${named(message.tool)}`
    const ordinal = this.#ordinalOf(session ?? '')
    const kindKey = `message ${direction} ${name}`
    const all = `${ordinal} ${kindKey}`
    const n = (this.#messages.get(all) ?? 0) + 1
    if (this.#messages.size >= REMEMBERED) this.#messages.clear()
    this.#messages.set(all, n)
    return `${kindKey} ${n}${ordinal > 1 ? ` session ${ordinal}` : ''}`
  }

  #ordinalOf(session: string): number {
    let ordinal = this.#sessions.get(session)
    if (ordinal === undefined) {
      ordinal = this.#sessions.size + 1
      if (ordinal > REMEMBERED) this.#sessions.clear()
      this.#sessions.set(session, ordinal)
    }
    return ordinal
  }
}

const named = (tool: string | null): string => (tool === null ? '' : ` ${tool}`)

/** The direction a rule begins in where nothing else says so: towards the client, if it may. */
export const firstDirection = ({ directions }: Rule): Direction => (directions.includes('s2c') ? 's2c' : 'c2s')
