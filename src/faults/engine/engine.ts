/**
 * Rules at work on live traffic: a `Policy` for transports, whose rules can be changed at any time.
 *
 * ```
 * engine ─ doors                       who may connect, which port listens, what is dialled
 *        └ attachment (a connection)   which rules could touch it; none: no stage, no cost
 *            └ rule stage (a rule, a direction) ─ crew: instances, decisions, timers
 * ```
 */
import type { Clock } from '../../pipe/clock.ts'
import type { Policy, SteeredConnection, SteeredListener } from '../../pipe/policy.ts'
import type { ConnectionInfo, Tap } from '../../pipe/tap.ts'
import { Attachment } from './attachment.ts'
import type { ProxyError } from '../../errors.ts'
import type { Answered } from './breakpoints.ts'
import { BroughtRules } from './brought.ts'
import { Crew } from './crew.ts'
import { wholeDecision } from './decision.ts'
import { Doors } from './doors.ts'
import { Hanging } from './hanging.ts'
import { LiveRule, type RuleState } from './rule.ts'
import type { AnyFault } from '../fault.ts'
import { faults } from '../index.ts'
import { parseRule, type Rule } from '../rules/parse.ts'
import type { ActiveRule } from '../rules/rule.ts'
import { explainRule } from '../rules/sentence.ts'
import {
  createLiveConversations,
  createWatch,
  type LiveConversations,
  type Watch,
  type WatchOptions,
} from '../units/index.ts'

export interface EngineOptions {
  readonly clock: Clock
  /** Of all draws; 0 to 2⁵³. */
  readonly seed: number
  readonly tap: Tap
  /** Name of the vantage (`--name`); empty for none. */
  readonly name?: string
  /** Something people should read: a rule that is off, a port that is lost. */
  notice(text: string): void
  /** A rule has ended by itself. */
  ended?(rule: string, why: 'expired' | 'bug'): void
  /** A connection in the middle of which units are needed: what the recorder knows of it goes to `learn`. */
  asked?(connection: number): void
  /** Requests may bring a rule along (`--allow-fault-headers`): then every connection is understood, rules or not. Default false. */
  readonly headers?: boolean
  readonly conversations?: LiveConversations
  readonly identity?: (credential: string) => string
  /** Default: every fault there is. */
  readonly among?: readonly AnyFault[]
}

/** What a rule has done since it became active. */
export interface RuleCounters {
  readonly id: string
  readonly state: RuleState | 'disabled'
  /** Of state `bug`. */
  readonly bug: string
  /** Times its match held, and times it fired. */
  readonly matched: number
  readonly fired: number
  /** How many of its damages are under way. */
  readonly active: number
  /** Times the fault left a unit alone, for a reason that is in the record. */
  readonly notApplied: number
  /** When it last fired; null for never. */
  readonly lastAt: number | null
}

export interface Engine extends Policy {
  /** These rules from now on. Those whose id and source are as before keep their counters and what they have begun. */
  setRules(rules: readonly ActiveRule[]): void
  /** Ends these rules, or all: what they hold is sent on. They stay off until `setRules` brings them changed, or enabled anew. */
  heal(ids?: readonly string[]): void
  counters(): readonly RuleCounters[]
  /** Of rules that were on and never fired: id and sentence. */
  neverFired(): readonly { readonly id: string; readonly sentence: string }[]
  /** A person has decided about a message that waits; nothing when it does not any more. */
  answer(answered: Answered): void
  /** What the recorder knew of a connection where the engine began in the middle of it. */
  learn(connection: number, line: Parameters<Watch['learn']>[0]): void
}

/** A rule as it came, and at work where it is on. */
interface Entry {
  readonly active: ActiveRule
  readonly written: string
  readonly live: LiveRule | null
}

const RANK = { header: 0, control: 1, file: 2 } as const
/** When units are looked at anew that could not be done without. */
const RETRY_US = 50_000

export function createEngine(options: EngineOptions): Engine {
  return new FaultEngine(options)
}

class FaultEngine implements Engine {
  readonly #options: EngineOptions
  readonly #crew: Crew
  readonly #doors: Doors
  readonly #attachments = new Map<number, Attachment>()
  readonly #hanging = new Hanging()
  readonly #conversations: LiveConversations
  #entries: readonly Entry[] = []
  #lives: readonly LiveRule[] = []
  #alarms = new Map<LiveRule, (() => void)[]>()
  #settling = false
  readonly #brought: BroughtRules

  constructor(options: EngineOptions) {
    this.#options = options
    const { clock, tap } = options
    this.#brought = new BroughtRules({
      among: options.among ?? faults,
      read: (active) => this.#read(active),
      begin: (rule, active) => this.#begin(rule, active),
    })
    this.#conversations = options.conversations ?? createLiveConversations()
    const shared = {
      clock,
      decided: tap.decided.bind(tap),
      held: tap.held.bind(tap),
      notice: options.notice.bind(options),
      ended: (rule: string, why: 'expired' | 'bug') => options.ended?.(rule, why),
      changed: () => this.#soon(0),
    }
    const attached = (id: number): Attachment | undefined => this.#attachments.get(id)
    const awaited = (id: number, rule: string): void =>
      this.#hanging.add(id, rule, () => attached(id)?.connection.startNow?.(rule))
    this.#crew = new Crew({ ...shared, attached, awaited })
    this.#doors = new Doors({ ...shared, tap: options.name ?? '' })
  }

  setRules(rules: readonly ActiveRule[]): void {
    const before = new Map(this.#entries.map((entry) => [entry.active.id, entry]))
    const ordered = rules.toSorted((a, b) => RANK[a.origin] - RANK[b.origin])
    this.#entries = ordered.map((active) => this.#entry(active, before.get(active.id)))
    const kept = new Set(this.#entries.map(({ live }) => live))
    this.#end(this.#lives.filter((live) => !kept.has(live)))
    this.#settle()
  }

  heal(ids?: readonly string[]): void {
    const ended = this.#lives.filter(({ id }) => ids === undefined || ids.includes(id))
    this.#entries = this.#entries.map((entry) =>
      entry.live !== null && ended.includes(entry.live) ? { ...entry, live: null } : entry,
    )
    this.#end(ended)
    this.#settle()
  }

  counters(): readonly RuleCounters[] {
    return this.#entries.map(({ active, live }) => ({
      id: active.id,
      state: live === null ? 'disabled' : live.state,
      bug: live?.bug ?? '',
      matched: live?.matched ?? 0,
      fired: live?.fired ?? 0,
      active: live?.underWay ?? 0,
      notApplied: live?.notApplied ?? 0,
      lastAt: live?.lastAt ?? null,
    }))
  }

  neverFired(): readonly { readonly id: string; readonly sentence: string }[] {
    return this.#entries.flatMap(({ live }) =>
      live === null || live.fired > 0 || live.state === 'bug'
        ? []
        : [{ id: live.id, sentence: explainRule(live.rule) }],
    )
  }

  answer(answered: Answered): void {
    this.#crew.breakpoints.answer(answered)
  }

  learn(connection: number, line: Parameters<Watch['learn']>[0]): void {
    this.#attachments.get(connection)?.watch?.learn(line)
  }

  // the policy

  admit(client: { readonly servers: readonly string[]; readonly address: string; readonly open: number }) {
    return this.#doors.admit(client)
  }

  dial(id: number, info: ConnectionInfo, goOn = () => this.#attachments.get(id)?.connection.dialNow?.()) {
    const verdict = this.#doors.dial(id, info)
    if (verdict.do === 'hang') this.#hanging.add(id, verdict.rule, goOn)
    return verdict
  }

  starting(info: ConnectionInfo) {
    return this.#doors.starting(info)
  }

  listening(listener: SteeredListener): void {
    this.#doors.listening(listener)
  }

  opened(connection: SteeredConnection): () => void {
    const { clock, name = '', asked, headers = false } = this.#options
    const attachment = new Attachment(connection, clock.now(), {
      crew: this.#crew,
      tap: name,
      watch: (about) => this.#watch(about),
      asked: (id) => asked?.(id),
      ...(headers ? { header: (text: string) => this.#brought.of(text) } : {}),
    })
    this.#attachments.set(connection.id, attachment)
    if (this.#lives.length > 0 || headers) attachment.apply(this.#lives, true)
    return () => {
      this.#attachments.delete(connection.id)
      this.#hanging.remove(connection.id)
      attachment.closed()
    }
  }

  // rules that come and go

  #entry(active: ActiveRule, before: Entry | undefined): Entry {
    const written = JSON.stringify(active.source)
    if (before !== undefined && before.written === written && before.active.enabled === active.enabled) {
      if (before.live !== null) return { ...before, active: before.live.givenAs(active) }
      if (before.active.revision === active.revision) return { ...before, active }
    }
    if (!active.enabled) return { active, written, live: null }
    const rule = this.#read(active)
    return { active, written, live: rule instanceof Error ? null : this.#begin(rule, active) }
  }

  #read(active: ActiveRule): Rule | ProxyError {
    try {
      return { ...parseRule({ ...active.source, id: active.id }, this.#options.among ?? faults), source: active.source }
    } catch (error) {
      const what =
        active.origin === 'header' ? 'A request with a fault header was refused' : `Rule ${active.id} stays off`
      this.#options.notice(`${what}. ${(error as Error).message}`)
      return error as ProxyError
    }
  }

  #begin(rule: Rule, active: ActiveRule): LiveRule {
    const { clock, seed } = this.#options
    const since = clock.now()
    const live = new LiveRule(rule, active, seed, since)
    const alarms: (() => void)[] = []
    if (rule.for !== undefined) alarms.push(clock.at(since + rule.for * 1000, () => this.#expire(live)))
    if (rule.window !== undefined && rule.window.from > 0) {
      alarms.push(
        clock.at(since + rule.window.from * 1000, () => {
          for (const attachment of this.#attachments.values()) attachment.meet(live)
        }),
      )
    }
    if (rule.fault.existing !== undefined) {
      const begins = Math.max(rule.after?.what === 'time' ? rule.after.ms : 0, rule.window?.from ?? 0)
      const at = since + begins * 1000
      alarms.push(clock.at(at, () => this.#endExisting(live, at)))
    }
    this.#alarms.set(live, alarms)
    return live
  }

  /** Connections that are there when a rule begins to act which takes that upon itself; where it shuts the port, the listener does. */
  #endExisting(live: LiveRule, at: number): void {
    const { fault, options, analysis } = live.rule
    const how = fault.existing?.(options) ?? 'keep'
    if (how === 'keep' || (fault.closesPort?.(options) ?? null) !== null) return
    for (const { connection, openedAt } of this.#attachments.values()) {
      const { server } = connection.info
      if (
        openedAt > at ||
        connection.info.transport === 'stdio' ||
        !analysis.possible({ server, tap: this.#options.name ?? '' })
      )
        continue
      this.#record(live, connection.id, true, `cut ${how}`)
      connection.cut(how, 'both', live.id)
    }
  }

  #expire(live: LiveRule): void {
    live.state = 'expired'
    this.#options.notice(`Rule ${live.id} has expired.`)
    this.#options.ended?.(live.id, 'expired')
    this.#end([live])
    this.#settle()
  }

  /** Their timers, and what they have eaten; their stages go with the next `#settle`. */
  #end(lives: readonly LiveRule[]): void {
    for (const live of lives) {
      for (const cancel of this.#alarms.get(live) ?? []) cancel()
      this.#alarms.delete(live)
      if (live.state === 'on' || live.state === 'retired') live.state = 'expired'
      const { connections } = live
      this.#crew.gone(live)
      for (const id of connections) this.#healed(live, id)
      this.#hanging.healed(live.id)
    }
  }

  #healed(live: LiveRule, id: number): void {
    const connection = this.#attachments.get(id)?.connection
    if (connection === undefined) return
    const eats = (live.rule.fault.eats?.(live.rule.options) ?? false) !== false
    this.#record(live, id, false, eats ? 'healed: reset, for what was eaten cannot come back' : 'healed')
    if (eats) connection.cut('rst', 'both', live.id)
  }

  #record(live: LiveRule, connection: number, fired: boolean, action: string): void {
    const { tap, clock } = this.#options
    const verdict = { fired, draw: null, key: `connection ${connection}` }
    tap.decided(wholeDecision(live, verdict, { at: clock.now(), connection, action }))
  }

  #settle(): void {
    this.#lives = this.#entries.flatMap(({ live }) => (live === null || live.state === 'expired' ? [] : [live]))
    this.#doors.apply(this.#lives)
    let again = false
    for (const attachment of this.#attachments.values()) {
      if (!attachment.apply(this.#lives, false)) again = true
    }
    if (again) this.#soon(RETRY_US)
  }

  /** Not now: stages may not be changed while one of them is asked. */
  #soon(us: number): void {
    if (this.#settling) return
    this.#settling = true
    const { clock } = this.#options
    clock.at(clock.now() + us, () => {
      this.#settling = false
      this.#settle()
    })
  }

  #watch(
    about: Pick<WatchOptions, 'info' | 'wants' | 'leftAlone' | 'swallowed' | 'indifference' | 'heardLate'>,
  ): Watch {
    const { clock, name = '', identity } = this.#options
    return createWatch({
      ...about,
      clock,
      tap: name,
      conversations: this.#conversations,
      ...(identity === undefined ? {} : { identity }),
    })
  }
}
