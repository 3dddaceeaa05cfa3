/**
 * Which frames a fault rule touched: those it decided about, those it held up or kept back, and those with an edit of its. The other edits belong to proxying: names of
 * ours put into heads and bodies, headers that were asked for.
 */
import { ACTED, CUT_BY, HELD_UP, HOLDS_UP, TOUCHES_FRAME, WAITS } from './decisions.ts'

/** Names of edits that no rule made; `header:<name>` comes beside them. */
const OWN = [
  'host',
  'origin',
  'endpoint',
  'location',
  'length',
  'resource',
  'resource-metadata',
  'path-prefix',
  'request-target',
  'cookie-domain',
  'cookie-path',
  'gate',
  'framing',
]

/** Answers of ours are named for the error they tell. */
const CODE = /^[A-Z]+(?:_[A-Z]+)+$/

/** Rules among the names of a frame's edits. */
export function faultRules(edits: readonly string[]): string[] {
  return edits.filter(isFaultRule)
}

/** That an edit of that name was a rule's. */
export function isFaultRule(rule: string): boolean {
  return !OWN.includes(rule) && !rule.startsWith('header:') && !CODE.test(rule)
}

/** True in SQL where a rule touched the frame that fits `condition`, which is about the column it is given (`+`: to be found by address, not by rule). */
export function touchedBy(condition: (rule: string) => string): string {
  const names = OWN.map((name) => `'${name}'`).join(', ')
  return `(frame.edits IS NOT NULL AND EXISTS (
    SELECT 1 FROM json_each(frame.edits) AS listed JOIN edit ON edit.id = listed.value
    WHERE edit.rule NOT IN (${names}) AND edit.rule NOT GLOB 'header:*' AND NOT (edit.rule GLOB '*_*' AND edit.rule NOT GLOB '*[^A-Z_]*') AND (${condition('edit.rule')}))
    OR EXISTS (SELECT 1 FROM decision WHERE ${TOUCHES_FRAME} AND ${ACTED} AND (${condition('decision.rule')}))
    OR (${HELD_UP} AND EXISTS (SELECT 1 FROM decision WHERE ${HOLDS_UP} AND (${condition('+decision.rule')})))
    OR (${WAITS} AND EXISTS (SELECT 1 FROM (${CUT_BY}) AS cut WHERE ${condition('cut.rule')})))`
}
