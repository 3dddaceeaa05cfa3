/** Rules at the doors: clients that connect, ports that listen, upstreams that are dialled. */
import type { Admission, DialVerdict, SteeredListener } from '../../pipe/policy.ts'
import type { ConnectionInfo } from '../../pipe/tap.ts'
import type { Clock } from '../../pipe/clock.ts'
import type { Decision } from '../../pipe/decision.ts'
import { wholeDecision } from './decision.ts'
import type { LiveRule, Verdict } from './rule.ts'
import { durationText } from '../values.ts'

export interface DoorsOptions {
  readonly clock: Clock
  /** Of the vantage. */
  readonly tap: string
  decided(decision: Decision): void
  notice(text: string): void
  changed(): void
}

/** A port, and who keeps it shut. */
interface Port {
  readonly listener: SteeredListener
  by: LiveRule | null
}

export class Doors {
  readonly #options: DoorsOptions
  readonly #ports = new Set<Port>()
  /** Rules that have shut what they were to shut for as long as they were to. */
  readonly #through = new WeakSet<LiveRule>()
  /** Rules that keep clients waiting. */
  readonly #keepers = new Set<LiveRule>()
  #lives: readonly LiveRule[] = []
  #alarms: (() => void)[] = []

  constructor(options: DoorsOptions) {
    this.#options = options
  }

  /** From now on these rules. */
  apply(lives: readonly LiveRule[]): void {
    this.#lives = lives.filter(({ rule: { fault } }) => fault.admit ?? fault.dial ?? fault.closesPort ?? fault.starting)
    for (const live of this.#keepers) if (!this.#lives.includes(live)) this.#letIn(live)
    for (const cancel of this.#alarms.splice(0)) cancel()
    for (const port of this.#ports) this.#settle(port)
  }

  listening(listener: SteeredListener): void {
    const port: Port = { listener, by: null }
    this.#ports.add(port)
    this.#settle(port)
  }

  admit(client: { readonly servers: readonly string[]; readonly address: string; readonly open: number }): Admission {
    for (const live of this.#lives) {
      const { fault, options } = live.rule
      if (fault.admit === undefined || !this.#concerns(live, client.servers)) continue
      const verdict = this.#ask(live, 0)
      if (verdict === undefined) continue
      const answer = fault.admit(options, { open: client.open, draw: live.draws(verdict.key) })
      if (answer.do === 'accept') continue
      if (answer.do === 'hang') this.#keepers.add(live)
      this.#fired(live, verdict, 0, `client ${client.address}: ${answer.do}`)
      return { ...answer, rule: live.id }
    }
    return { do: 'accept' }
  }

  dial(connection: number, info: ConnectionInfo): DialVerdict {
    for (const live of this.#lives) {
      const { fault, options } = live.rule
      if (fault.dial === undefined || !this.#concerns(live, [info.server])) continue
      const verdict = this.#ask(live, connection)
      if (verdict === undefined) continue
      const sinceMs = (this.#options.clock.now() - live.since) / 1000
      const answer = fault.dial(options, { draw: live.draws(verdict.key), sinceMs })
      if (answer.do === 'dial') continue
      this.#fired(live, verdict, connection, `dial ${info.server}: ${dialText(answer)}`)
      return { ...answer, rule: live.id }
    }
    return { do: 'dial' }
  }

  /** A server is about to be started; `undefined`: at once. */
  starting(info: ConnectionInfo): { readonly delayMs: number; readonly rule: string } | undefined {
    for (const live of this.#lives) {
      const { fault, options } = live.rule
      if (fault.starting === undefined || !this.#concerns(live, [info.server])) continue
      const verdict = this.#ask(live, 0)
      const delayMs = verdict === undefined ? null : fault.starting(options, { draw: live.draws(verdict.key) })
      if (verdict === undefined || delayMs === null) continue
      this.#fired(live, verdict, 0, `start of ${info.server} ${durationText(delayMs)} late`)
      return { delayMs, rule: live.id }
    }
    return undefined
  }

  #concerns({ rule }: LiveRule, servers: readonly string[]): boolean {
    // in forward mode clients say only later which server they want: rules that name one are not about the door
    const behind = servers.length === 0 ? [''] : servers
    return behind.some((server) => rule.analysis.possible({ server, tap: this.#options.tap }))
  }

  #ask(live: LiveRule, connection: number): Verdict | undefined {
    const now = this.#options.clock.now()
    const { after } = live.rule
    if (!live.meets || !live.inWindow(now)) return undefined
    if (after?.what === 'time' && now - live.since < after.ms * 1000) return undefined
    const verdict = live.meet()
    if (verdict.fired) return verdict
    this.#record(live, verdict, connection, verdict.why)
    return undefined
  }

  #fired(live: LiveRule, verdict: Verdict, connection: number, action: string): void {
    live.count(this.#options.clock.now())
    this.#record(live, verdict, connection, action)
    if (live.state !== 'on') this.#options.changed()
  }

  #record(live: LiveRule, verdict: Verdict, connection: number, action: string): void {
    const { clock, decided } = this.#options
    decided(wholeDecision(live, verdict, { at: clock.now(), connection, action }))
  }

  /** Those it keeps waiting. */
  #letIn(live: LiveRule): void {
    this.#keepers.delete(live)
    let many = 0
    for (const { listener } of this.#ports) many += listener.letIn(live.id)
    const healed = { fired: false, draw: null, key: 'connection', why: '' }
    if (many > 0) this.#record(live, healed, 0, `healed: let in ${many} ${many === 1 ? 'client' : 'clients'}`)
  }

  // ports

  /** Shuts or opens it, as the rules there are want it now, and looks again when that may change. */
  #settle(port: Port): void {
    const keeper = port.by
    if (keeper !== null && this.#shutFor(keeper, port) > 0) return
    port.by = null
    for (const live of this.#lives) {
      const left = this.#shutFor(live, port)
      if (left <= 0) continue
      const verdict = keeper === live ? undefined : live.meet()
      if (verdict?.fired === false) {
        this.#through.add(live)
        this.#record(live, verdict, 0, verdict.why)
        continue
      }
      port.by = live
      if (verdict !== undefined) this.#fired(live, verdict, 0, `port of ${namesOf(port.listener)} shut`)
      if (keeper === null) port.listener.shut(live.rule.fault.existing?.(live.rule.options) ?? 'keep', live.id)
      return
    }
    if (keeper !== null) void this.#reopen(port, keeper)
  }

  /** How long this rule keeps the port shut from now on, ms; 0: it does not. */
  #shutFor(live: LiveRule, port: Port): number {
    const { rule, since } = live
    const closed = rule.fault.closesPort?.(rule.options) ?? null
    const on =
      this.#lives.includes(live) && live.state !== 'bug' && live.state !== 'expired' && !this.#through.has(live)
    if (closed === null || !on || !this.#concerns(live, port.listener.servers)) return 0
    const begins = Math.max(rule.after?.what === 'time' ? rule.after.ms : 0, rule.window?.from ?? 0)
    const ends = Math.min(
      closed.ms === null ? Number.POSITIVE_INFINITY : begins + closed.ms,
      rule.window?.to ?? Number.POSITIVE_INFINITY,
    )
    const ms = (this.#options.clock.now() - since) / 1000
    if (ms < begins) this.#lookAgain(since + begins * 1000)
    if (ms < begins || ms >= ends) return 0
    if (ends !== Number.POSITIVE_INFINITY) this.#lookAgain(since + ends * 1000)
    return ends - ms
  }

  #lookAgain(at: number): void {
    this.#alarms.push(
      this.#options.clock.at(Math.ceil(at), () => {
        for (const port of this.#ports) this.#settle(port)
      }),
    )
  }

  async #reopen(port: Port, live: LiveRule): Promise<void> {
    const opened = await port.listener.reopen()
    if (opened) return
    this.#options.notice(
      `The port of ${namesOf(port.listener)}, shut by rule ${live.id}, has been taken by somebody else: clients do not reach it. Start this proxy again.`,
    )
  }
}

const namesOf = ({ servers }: SteeredListener): string => servers.join(', ') || 'all servers'

const dialText = (answer: Omit<DialVerdict, 'rule'> & { readonly do: string }): string => {
  if ('as' in answer) return `fail as ${String(answer.as)}`
  return 'to' in answer ? `elsewhere, ${String(answer.to)}` : answer.do
}
