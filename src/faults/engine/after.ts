/** Counts what goes by between a match and the damage. */
import { compile, type Filter, type Predicate } from '../../filter/index.ts'
import type { Direction } from '../../wire/frame.ts'
import type { Run } from './rule.ts'
import type { Rule } from '../rules/parse.ts'
import type { Unit } from '../unit.ts'

interface GoneBy {
  readonly direction: Direction
  readonly bytes: number
  readonly unit: Unit | undefined
}

/** How much has to go by; 0 for a time. */
export function toCount({ after }: Rule): number {
  if (after === undefined || after.what === 'time') return 0
  return after.what === 'bytes' ? after.bytes : after.count
}

/** Counts it; `enough` is called when it completes what `after` asks for. */
export function pastCount(run: Run, rule: Rule, gone: GoneBy, enough: () => void): void {
  if (rule.after?.what === 'time') return
  run.left -= worth(rule, gone)
  if (run.left <= 0) enough()
}

function worth({ after, directions }: Rule, { direction, bytes, unit }: GoneBy): number {
  const acts = directions.includes(direction)
  switch (after?.what) {
    case 'bytes':
      return acts ? bytes : 0
    case 'events':
      return acts && unit?.subject.kind === 'event' ? 1 : 0
    case 'messages':
      return acts && unit !== undefined && unit.subject.messages.length > 0 ? 1 : 0
    case 'calls':
      return direction === 'c2s' && unit?.subject.messages.some(({ kind }) => kind === 'request') === true ? 1 : 0
    case 'filter':
      return unit !== undefined && predicateOf(after.filter)(unit.subject) ? 1 : 0
    default:
      return 0
  }
}

const predicates = new WeakMap<Filter, Predicate>()

function predicateOf(filter: Filter): Predicate {
  let holds = predicates.get(filter)
  if (holds === undefined) {
    holds = compile(filter)
    predicates.set(filter, holds)
  }
  return holds
}
