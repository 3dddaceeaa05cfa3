/** Lets damage be done: makes instances, hears their actions, records decisions, keeps their timers. */
import type { Action, PipeEvent } from '../../pipe/action.ts'
import type { Clock } from '../../pipe/clock.ts'
import type { Decision, Held, HeldEnd } from '../../pipe/decision.ts'
import type { SteeredConnection } from '../../pipe/policy.ts'
import { doesMore, isNotable, leavesWaiting } from './actions.ts'
import { decisionAbout } from './decision.ts'
import { Breakpoints, heldOf } from './breakpoints.ts'
import { actionText, heldUs } from './text.ts'
import { toCount } from './after.ts'
import { Armed } from './armed.ts'
import { toProcess } from './process.ts'
import { firstDirection, type Instance, type LiveRule, type Run, type Verdict } from './rule.ts'
import type { Attached, RuleStage } from './stage.ts'
import { SessionStates } from './states.ts'
import type { FaultAction, FaultEvent, Kept } from '../fault.ts'
import { sparingFixed } from '../fixed-units.ts'

export interface CrewOptions {
  readonly clock: Clock
  decided(decision: Decision): void
  held(message: Held): void
  notice(text: string): void
  ended(rule: string, why: 'expired' | 'bug'): void
  attached(connection: number): Attached | undefined
  /** The process of a connection is to be started again for a rule's sake. */
  awaited(connection: number, rule: string): void
  /** A rule may have nothing left to do, or is off. */
  changed(): void
}

/** When a pipe is looked at again where other things than the rule's own delay hold its messages. */
const LOOK_AGAIN_US = 10_000

/** What an instance is just doing. */
interface Scene {
  readonly stage: RuleStage
  readonly event: FaultEvent
  readonly original: PipeEvent | undefined
}

export class Crew {
  readonly #options: CrewOptions
  readonly #states = new SessionStates()
  readonly breakpoints: Breakpoints
  readonly #armed = new Armed()
  #scene: Scene | undefined

  constructor(options: CrewOptions) {
    this.#options = options
    this.breakpoints = new Breakpoints(options.held, () => options.clock.now())
  }

  now(): number {
    return this.#options.clock.now()
  }

  instance(live: LiveRule, key: string, connection: number): Instance {
    const { rule } = live
    const scene = (): Scene => {
      if (this.#scene === undefined) throw new Error('tools are for use while an event is handled')
      return this.#scene
    }
    const kept: Kept = {
      get length() {
        return scene().stage.keptOf(instance)
      },
      push: (event) => {
        const { stage, event: current, original } = scene()
        stage.keep(instance, Object.is(event, current) && original !== undefined ? original : event)
      },
      take: (count = Number.POSITIVE_INFINITY) => scene().stage.take(instance, count),
    }
    const stage = rule.fault.stage
    if (stage === undefined) throw new Error(`${rule.fault.type} has no stage`)
    const tools = {
      draw: live.draws(key),
      kept,
      shared: live.shared,
      notApplied: (reason: string) => {
        live.notApplied++
        const { stage: at, event } = scene()
        this.decided(at, { fired: true, draw: null, key, why: '' }, event, `not applied: ${reason}`)
      },
    }
    const instance: Instance = {
      live,
      key,
      connection,
      damage: sparingFixed(rule.fault, rule.options, stage(rule.options, tools), tools),
      wakes: new Set(),
      kept: 0,
      armed: false,
      over: false,
    }
    live.instances.add(instance)
    live.touched.add(connection)
    return instance
  }

  /** A scope that was met. */
  run(live: LiveRule, id: string, connection: number, exchange: number | null, verdict: Verdict): Run {
    const { rule } = live
    const { clock } = this.#options
    const status = !verdict.fired ? 'no' : rule.after === undefined ? 'on' : 'counting'
    const left = toCount(rule)
    const run: Run = { id, connection, exchange, verdict, status, left, answers: 1, instance: null, done: false }
    live.add(run)
    if (status === 'counting' && rule.after?.what === 'time') {
      run.cancel = clock.at(clock.now() + rule.after.ms * 1000, () => this.#due(live, run))
    }
    return run
  }

  #due(live: LiveRule, run: Run): void {
    if (run.status !== 'counting' || live.runs.get(run.id) !== run) return
    if (live.rule.perUnit) run.status = 'on'
    else this.#options.attached(run.connection)?.stageOf(live, firstDirection(live.rule))?.begin(run, null)
  }

  /** State of the session allows it. */
  mayMeet({ rule }: LiveRule, session: string): boolean {
    return this.#states.allows(rule, session)
  }

  /** The damage, for one event. `beginning`: it has just fired, which is to be recorded before it does anything. */
  act(
    stage: RuleStage,
    instance: Instance,
    event: FaultEvent,
    original: PipeEvent | undefined,
    beginning?: Verdict,
  ): readonly Action[] {
    const outer = this.#scene
    this.#scene = { stage, event, original }
    try {
      const { live } = instance
      const left = live.notApplied
      const wanted = instance.damage(event)
      const drops = original !== undefined && instance.kept === 0 && wanted.length === 0
      const waits =
        beginning !== undefined && this.#armed.begins(instance, { verdict: beginning, stage, began: event }, wanted)
      if (waits) return this.#heard(wanted, instance)
      const verdict = beginning ?? this.#armed.acts(instance, event, wanted, drops)
      // what could not be done as asked may still have been done in another way
      const acted = live.notApplied === left || drops || wanted.some((action) => doesMore(action, event))
      if (verdict !== undefined && acted) {
        live.count(this.now())
        this.#states.enter(live.rule, verdict.session ?? '')
      }
      if (verdict !== undefined && live.state !== 'on') this.#options.changed()
      if (drops || wanted.some(leavesWaiting)) live.eaten(stage.connection)
      if ((verdict !== undefined && acted) || wanted.some(isNotable)) {
        const text = [actionText(wanted), stage.bystanders].filter(Boolean).join(', ')
        const of = verdict ?? { fired: true, draw: null, key: instance.key, why: '' }
        this.decided(stage, of, event, text === '' ? live.rule.fault.type : text, heldUs(wanted))
      }
      return this.#heard(wanted, instance)
    } catch (error) {
      this.#bug(stage, instance, event, error)
      return original === undefined ? [] : [{ do: 'pass', event: original }]
    } finally {
      this.#scene = outer
    }
  }

  #heard(wanted: readonly FaultAction[], instance: Instance): readonly Action[] {
    const { stage, event, original } = this.#scene!
    const { live } = instance
    const actions: Action[] = []
    for (const action of wanted) {
      switch (action.do) {
        case 'pass': {
          const itself = Object.is(action.event, event)
          if (itself && original === undefined) break
          actions.push(itself && original !== undefined ? { do: 'pass', event: original } : action)
          break
        }
        case 'wake':
          this.#wake(this.#stageFor(action, stage), instance, action)
          break
        case 'write':
          if (!('to' in action)) actions.push(action)
          else this.#connection(action.to.connection)?.insert(action.to.direction, action.bytes, live.id)
          break
        case 'restart':
          this.#options.awaited(stage.connection, live.id)
          toProcess(stage.attached.connection, action, live.id)
          break
        case 'signal':
        case 'exit':
        case 'stderr':
          toProcess(stage.attached.connection, action, live.id)
          break
        case 'ask':
          this.#ask(stage, instance, event, action.ms)
          break
        case 'settle':
          this.breakpoints.settled(instance, action.state)
          break
        case 'end':
          this.#connection(action.connection)?.cut(action.how, action.side, live.id)
          break
        case 'wait':
        case 'reply':
        case 'cut':
        case 'hold':
        case 'release':
          actions.push(action)
      }
    }
    if (live.rule.per === 'message' && actions.some(({ do: what }) => what === 'wait')) {
      this.#underWay(stage, instance, event.at + (heldUs(wanted) ?? 0))
    }
    return actions
  }

  /** A message that waits in the pipe is under way until it has gone: a rule that has retired meanwhile is not to let it go early. */
  #underWay(stage: RuleStage, instance: Instance, until: number): void {
    const { clock } = this.#options
    const cancel = clock.at(until, () => {
      instance.wakes.delete(cancel)
      if (stage.delays) this.#underWay(stage, instance, clock.now() + LOOK_AGAIN_US)
      else this.settle(instance)
    })
    instance.wakes.add(cancel)
  }

  #ask(stage: RuleStage, instance: Instance, event: FaultEvent, ms: number): void {
    if (event.kind !== 'frame') return
    const deadline = this.now() + Math.round(ms * 1000)
    this.breakpoints.ask(stage, instance, heldOf(event, instance.live.id, deadline))
    // it is told when its hold stands
    if (stage.attached.clientLeft) queueMicrotask(() => this.breakpoints.left(event.connection))
  }

  /** Where it is to wake: here, across, or on another connection of the session. */
  #stageFor({ direction, connection }: Extract<FaultAction, { do: 'wake' }>, stage: RuleStage): RuleStage {
    const attached = connection === undefined ? stage.attached : this.#options.attached(connection)
    return attached?.stageOf(stage.live, direction ?? stage.direction) ?? stage
  }

  #connection(id: number): SteeredConnection | undefined {
    return this.#options.attached(id)?.connection
  }

  #wake(stage: RuleStage, instance: Instance, { ms, token }: { readonly ms: number; readonly token: unknown }): void {
    const { clock } = this.#options
    const cancel = clock.at(clock.now() + Math.round(ms * 1000), () => {
      instance.wakes.delete(cancel)
      stage.wake(instance, token)
    })
    instance.wakes.add(cancel)
  }

  #bug(stage: RuleStage, instance: Instance, event: FaultEvent, error: unknown): void {
    const { live, key } = instance
    const message = error instanceof Error ? error.message : String(error)
    live.state = 'bug'
    live.bug = message
    this.decided(stage, { fired: true, draw: null, key, why: '' }, event, `bug: ${message}`)
    this.#options.notice(
      `Rule ${live.id} is off: its fault ${live.rule.fault.type} failed (${message}). The traffic goes on. Please report this.`,
    )
    this.#options.ended(live.id, 'bug')
    this.#options.changed()
  }

  /** A message is through with, if nothing of it is held or awaited. */
  settle(instance: Instance, live = instance.live): void {
    if (live.rule.per === 'message') {
      if (instance.kept === 0 && instance.wakes.size === 0) this.finish(instance)
      return
    }
    for (const run of live.runs.values()) if (run.done && run.instance === instance) this.over(live, run)
  }

  /** The scope of a run is over. */
  over(live: LiveRule, run: Run): void {
    run.done = true
    run.cancel?.()
    const { instance } = run
    if (instance !== null && (instance.kept > 0 || instance.wakes.size > 0)) return
    live.runs.delete(run.id)
    if (instance !== null) this.finish(instance)
  }

  finish(instance: Instance, held: HeldEnd = 'sent'): void {
    if (instance.over) return
    instance.over = true
    this.#armed.ended(instance, (...told) => this.decided(...told))
    this.breakpoints.settled(instance, held)
    for (const cancel of instance.wakes) cancel()
    instance.wakes.clear()
    instance.live.instances.delete(instance)
    if (instance.live.idle) this.#options.changed()
  }

  /** A connection has gone, and what was about it alone. */
  closed(live: LiveRule, connection: number): void {
    for (const run of live.runs.values()) {
      if (run.connection !== connection || run.id.startsWith('session ')) continue
      run.cancel?.()
      live.runs.delete(run.id)
      if (run.instance !== null) this.finish(run.instance, 'lost')
    }
    if (live.rule.per === 'message') {
      for (const instance of live.instances) if (instance.connection === connection) this.finish(instance, 'lost')
    }
    live.touched.delete(connection)
    live.ate.delete(connection)
  }

  /** The rule has gone. */
  gone(live: LiveRule): void {
    for (const run of live.runs.values()) run.cancel?.()
    live.runs.clear()
    for (const instance of live.instances) {
      this.#armed.take(instance)
      this.finish(instance)
    }
  }

  decided(
    stage: RuleStage,
    verdict: Verdict,
    about: FaultEvent | PipeEvent | null,
    action: string,
    held: number | null = null,
  ): void {
    this.#options.decided(decisionAbout(stage, verdict, { at: this.now(), about, action, heldUs: held }))
  }
}
