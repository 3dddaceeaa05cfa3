/** Rules that get in each other's way, and which of them wins. */
import type { Rule } from './parse.ts'

/** Two rules that may hit the same thing, of which the first leaves nothing for the second: `winner` stands before `loser`. */
export interface RuleConflict {
  readonly winner: string
  readonly loser: string
  /** A sentence for people. */
  readonly text: string
}

/**
 * Pairs of which both end what they hit, or the first drops messages that the second is about, and may hit the same: behind the first there
 * is nothing left for the second, where both fire. `rules`: in the order they apply.
 */
export function conflictsOf(rules: readonly Rule[]): RuleConflict[] {
  const on = rules.filter(({ enabled }) => enabled !== false)
  return on.flatMap((winner, at) =>
    on.slice(at + 1).flatMap((loser) => {
      const leavesNothing = endsThings(winner) && (endsThings(loser) || (winner.fault.type === 'drop' && loser.perUnit))
      return leavesNothing && mayMeet(winner, loser) ? [conflict(winner, loser)] : []
    }),
  )
}

/** A message that is dropped is gone as well, but only that. */
const endsThings = ({ fault }: Rule): boolean => fault.ends === true || fault.type === 'drop'

function conflict({ id: winner, probability = 1, times }: Rule, { id: loser }: Rule): RuleConflict {
  const always = probability === 1 && times === undefined
  const text = always
    ? `${loser} never gets what ${winner}, which comes before it, matches as well`
    : `where ${winner} fires, ${loser}, which comes behind it, has nothing left`
  return { winner, loser, text }
}

/** Nothing speaks against one piece of traffic for both. */
function mayMeet(a: Rule, b: Rule): boolean {
  const common = <Value>(one: readonly Value[], other: readonly Value[]): boolean =>
    one.some((value) => other.includes(value))
  if (!common(a.analysis.transports, b.analysis.transports) || !common(a.directions, b.directions)) return false
  const [methods, others] = [a.analysis.methods, b.analysis.methods]
  if (methods !== null && others !== null && !common(methods, others)) return false
  return !(a.window?.to != null && b.window !== undefined && a.window.to <= b.window.from)
}
