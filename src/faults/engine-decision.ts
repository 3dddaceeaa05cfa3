/** Decisions that are about a whole connection, or about none yet. */
import type { Decision } from '../pipe/decision.ts'
import type { LiveRule, Verdict } from './engine-rule.ts'

/** Of the rule as it is now; `connection` 0: none. */
export function wholeDecision(
  { id, active: { revision } }: LiveRule,
  { fired, draw, key }: Pick<Verdict, 'fired' | 'draw' | 'key'>,
  { at, connection, action }: Pick<Decision, 'at' | 'connection' | 'action'>,
): Decision {
  const none = { direction: null, offset: null, length: null, heldUs: null }
  return { at, rule: id, revision, connection, ...none, scope: key, draw, fired, action }
}
