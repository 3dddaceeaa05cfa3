/** Decisions as they are told: about what passes, about a whole connection, or about none yet. */
import type { PipeEvent } from '../../pipe/action.ts'
import type { Decision } from '../../pipe/decision.ts'
import type { LiveRule, Verdict } from './rule.ts'
import type { RuleStage } from './stage.ts'
import type { FaultEvent } from '../fault.ts'

/** What is decided. `about` null: the connection as far as the stage has it. */
export interface Doing extends Pick<Decision, 'at' | 'action' | 'heldUs'> {
  readonly about: FaultEvent | PipeEvent | null
}

/** Of the rule of that stage, about an event that has come there. */
export function decisionAbout(
  { live, connection, direction }: Pick<RuleStage, 'live' | 'connection' | 'direction'>,
  { fired, draw, key }: Verdict,
  { at, about, action, heldUs }: Doing,
): Decision {
  // what begins somewhere is about what it begins at
  const start = about !== null && about.kind === 'start' ? about.unit : null
  const event = about !== null && (about.kind === 'chunk' || about.kind === 'frame') ? about : start
  // a rule that begins with the connection acts on all of it
  const whole = about?.kind === 'start' && start === null && live.rule.directions.length > 1
  const length = event === null ? null : event.kind === 'chunk' ? event.bytes.length : event.frame.raw.length
  return {
    at,
    rule: live.id,
    revision: live.active.revision,
    connection,
    // it may have begun over there
    direction: whole ? null : (start?.meaning.subject.direction ?? direction),
    offset: event === null ? null : event.offset,
    length,
    scope: key,
    draw,
    fired,
    action,
    heldUs,
  }
}

/** Of the rule as it is now; `connection` 0: none. */
export function wholeDecision(
  { id, active: { revision } }: LiveRule,
  { fired, draw, key }: Pick<Verdict, 'fired' | 'draw' | 'key'>,
  { at, connection, action }: Pick<Decision, 'at' | 'connection' | 'action'>,
): Decision {
  const none = { direction: null, offset: null, length: null, heldUs: null }
  return { at, rule: id, revision, connection, ...none, scope: key, draw, fired, action }
}
