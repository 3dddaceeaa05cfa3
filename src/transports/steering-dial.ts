/** Dials as the policy says: at once, late, elsewhere, or not at all. */
import type { Clock } from '../pipe/clock.ts'
import type { DialVerdict } from '../pipe/policy.ts'
import { dial, dialTarget, type DialHandlers, type DialOptions } from './dial.ts'
import type { Refusal } from './refusal.ts'

export type FailAs = Extract<DialVerdict, { do: 'fail' }>['as']

export interface SteeredDialHandlers extends DialHandlers {
  /** A fault says that there is no upstream. */
  faulted(refusal: Refusal, as: FailAs, rule: string): void
  /** It waits, for this rule's sake, perhaps for ever; undefined: no longer. */
  waits(rule: string | undefined): void
}

export interface SteeredDial {
  giveUp(): void
  /** A dial that hangs goes on at once. */
  goOn(): void
}

/** What a client gets in place of its server's answers, marked as a fault's. */
export function faultRefusal(target: string, as: FailAs, rule: string): Refusal {
  const what = as === 'refuse' ? 'refuses connections to' : `answers ${as} for`
  const message = `the fault rule ${rule} ${what} ${target}.`
  return { code: 'UPSTREAM_UNREACHABLE', status: as === '503' ? 503 : 502, message, fault: rule }
}

/** None of the handlers is called before this returns. */
export function steeredDial(
  verdict: DialVerdict,
  target: URL,
  upstream: DialOptions,
  clock: Clock,
  handlers: SteeredDialHandlers,
): SteeredDial {
  let giveUp = (): void => undefined
  let goOn = (): void => undefined
  const start = (to: URL): void => void (giveUp = dial(dialTarget(to), upstream, handlers))
  switch (verdict.do) {
    case 'dial':
      start(target)
      break
    case 'elsewhere':
      start(verdict.to)
      break
    case 'fail': {
      const { as, rule } = verdict
      giveUp = clock.at(clock.now(), () => handlers.faulted(faultRefusal(target.origin, as, rule), as, rule))
      break
    }
    case 'hang': {
      const { ms, rule } = verdict
      const cancel = ms === null ? () => undefined : clock.at(clock.now() + ms * 1000, () => goOn())
      queueMicrotask(() => handlers.waits(rule))
      giveUp = cancel
      goOn = () => {
        cancel()
        goOn = () => undefined
        handlers.waits(undefined)
        start(target)
      }
    }
  }
  return { giveUp: () => giveUp(), goOn: () => goOn() }
}
