/** The rules on one connection: which of them could touch it, and the stages they need there. */
import type { NamedStage } from '../pipe/action.ts'
import type { SteeredConnection } from '../pipe/policy.ts'
import type { Direction } from '../wire/frame.ts'
import type { Crew } from './engine-crew.ts'
import { metAtOnce, needsUnits, watchedDirections } from './engine-place.ts'
import type { LiveRule } from './engine-rule.ts'
import { type Attached, RuleStage } from './engine-stage.ts'
import type { Unit } from './unit.ts'
import type { Place, Watch, WatchOptions } from './units/watch-types.ts'

const DIRECTIONS = ['c2s', 's2c'] as const

export interface AttachmentOptions {
  readonly crew: Crew
  /** Of the vantage. */
  readonly tap: string
  watch(options: Pick<WatchOptions, 'info' | 'wants'>): Watch
  /** Begins in the middle: what went before is to be asked for. */
  asked(connection: number): void
}

export class Attachment implements Attached {
  readonly connection: SteeredConnection
  readonly asked = new Map<number, Unit['subject']['messages']>()
  /** When the connection was opened, µs. */
  readonly openedAt: number
  readonly #options: AttachmentOptions
  readonly #stages = new Map<LiveRule, Partial<Record<Direction, RuleStage>>>()
  #set: Record<Direction, readonly NamedStage[]> = { c2s: [], s2c: [] }
  #watch: Watch | undefined
  #units: readonly LiveRule[] = []

  constructor(connection: SteeredConnection, openedAt: number, options: AttachmentOptions) {
    this.connection = connection
    this.openedAt = openedAt
    this.#options = options
  }

  stageOf(live: LiveRule, direction: Direction): RuleStage | undefined {
    return this.#stages.get(live)?.[direction]
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
    if (wanted.length === 0 && !this.busy) return true
    const added = wanted.filter((live) => !this.#stages.has(live))
    for (const live of added) this.#make(live)
    for (const live of this.#stages.keys()) if (!wanted.includes(live)) this.#stages.delete(live)
    this.#units = wanted.filter(({ rule }) => needsUnits(rule))
    const watched = this.#units.length > 0
    if (watched && this.#watch === undefined) this.#begin(fresh)
    const leaving = !watched && this.#watch !== undefined && this.#watch.aligned ? this.#watch : undefined
    if (leaving !== undefined) this.#watch = undefined
    for (const direction of DIRECTIONS) this.#place(direction, wanted)
    leaving?.close()
    for (const live of added) this.meet(live)
    return watched || this.#watch === undefined
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
    this.#stages.clear()
  }

  #concerned(live: LiveRule): boolean {
    const { rule } = live
    const { info, id } = this.connection
    if (rule.fault.stage === undefined || live.state === 'bug' || live.state === 'expired') return false
    if (live.state === 'retired' && !this.#running(live, id)) return false
    if (rule['new-connections-only'] === true && this.openedAt < live.since) return false
    const stdio = info.transport === 'stdio'
    if (!rule.fault.applies.some((transport) => (transport === 'stdio') === stdio)) return false
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
    const { tap } = this.#options
    const { server } = connection.info
    this.#watch = this.#options.watch({
      info: connection.info,
      wants: ({ direction, verb }) => {
        const known = { server, tap, direction, ...(verb === null ? {} : { verb }) }
        return this.#units.some((live) => live.underWay > 0 || live.rule.analysis.possible(known)) ? 'whole' : 'pass'
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

  #place(direction: Direction, lives: readonly LiveRule[]): void {
    const watch = this.#watch
    const rules = lives.flatMap((live) => this.#stages.get(live)?.[direction]?.named ?? [])
    const stages = watch === undefined ? rules : [watch.entry(direction), ...rules, watch.exit(direction)]
    const now = this.#set[direction]
    if (stages.length === now.length && stages.every((stage, at) => stage === now[at])) return
    this.#set[direction] = stages
    this.connection[direction].setStages(stages)
  }
}
