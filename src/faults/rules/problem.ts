/** What is wrong with a rule, all at once, each with the place and the nearest valid word. */
import { ProxyError } from '../../errors.ts'

/** Rides on a `RULE_INVALID` as its `cause`, in a list. */
export interface RuleProblem {
  /** `rules.0.delay`; empty for the rule as a whole. */
  readonly path: string
  readonly message: string
  /** What was probably meant. */
  readonly nearest?: string
}

/** `rules.0.tims: is no option of drop; did you mean times?` */
export function problemText({ path, message, nearest }: RuleProblem): string {
  const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return `${path === '' ? '' : `${path}: `}${message}${meant}`
}

/** An error with every problem in its message. `fault`: the type it is about, where there is one. */
export function ruleError(problems: readonly RuleProblem[], fault?: string): ProxyError {
  const lines = problems.map(problemText)
  const text =
    lines.length === 1 ? `The rule is not valid: ${lines[0]}` : `The rule is not valid:\n  ${lines.join('\n  ')}`
  return new ProxyError('RULE_INVALID', text, {
    hint: `Nothing was changed. ${helpOn(fault)}`,
    cause: problems,
  })
}

/** Where it stands what a fault takes, or which there are. */
export const helpOn = (fault: string | undefined): string =>
  fault === undefined ? 'All faults: mitmcp fault types' : `What it takes: mitmcp fault explain ${fault}`

/** Of a `RULE_INVALID`; none of any other error. */
export function ruleProblemsOf(error: unknown): readonly RuleProblem[] {
  return error instanceof ProxyError && error.code === 'RULE_INVALID' ? (error.cause as RuleProblem[]) : []
}
