/** Damage that has begun and waits for its place or its time: it has done nothing yet. */
import type { Instance, Verdict } from './rule.ts'
import type { RuleStage } from './stage.ts'
import { doesMore } from './actions.ts'
import type { FaultAction, FaultEvent } from '../fault.ts'

export interface Waiting {
  readonly verdict: Verdict
  readonly stage: RuleStage
  /** What it began at. */
  readonly began: FaultEvent
}

export class Armed {
  readonly #waiting = new Map<Instance, Waiting>()

  /** Whether what it wants at its beginning is only to wait; it is then remembered. */
  begins(instance: Instance, waiting: Waiting, wanted: readonly FaultAction[]): boolean {
    const { fault } = instance.live.rule
    if (fault.waits === undefined || waiting.began.kind !== 'start') return false
    if (wanted.some(({ do: what }) => what !== 'wake')) return false
    this.#waiting.set(instance, waiting)
    instance.armed = true
    return true
  }

  /** The verdict that is carried out by now, where this is it. */
  acts(instance: Instance, event: FaultEvent, wanted: readonly FaultAction[], drops: boolean): Verdict | undefined {
    const isIdle = (action: FaultAction): boolean => action.do === 'wake' || !doesMore(action, event)
    return instance.armed && (drops || !wanted.every(isIdle)) ? this.take(instance)?.verdict : undefined
  }

  /** Nothing more comes for it: where it waited to the end, that is told. */
  ended(instance: Instance, tell: (stage: RuleStage, verdict: Verdict, about: FaultEvent, action: string) => void) {
    const waiting = this.take(instance)
    if (waiting === undefined) return
    const { live } = instance
    const { verdict, stage, began } = waiting
    const reason = live.rule.fault.waits?.(live.rule.options) ?? null
    if (reason !== null) {
      live.notApplied++
      tell(stage, verdict, began, `not applied: ${reason}`)
    } else if (verdict.draw !== null) tell(stage, { ...verdict, fired: false }, began, 'never came to it')
  }

  /** It does not wait any more. */
  take(instance: Instance): Waiting | undefined {
    const waiting = this.#waiting.get(instance)
    this.#waiting.delete(instance)
    instance.armed = false
    return waiting
  }
}
