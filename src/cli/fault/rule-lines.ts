import type { BroughtRow, InstanceRow, RuleRow } from '../../store/rows.ts'
import type { Output, Paint } from '../output.ts'
import { printable } from '../printable.ts'
import { tableLines, type Cell } from '../table.ts'
import { dayText } from '../units.ts'
import { processText } from './fault-capture.ts'

/** How it stands with a rule. */
export const stateOf = ({ enabled, endedAt, endedWhy, source, fired }: RuleRow): readonly [string, Paint] => {
  if (endedAt !== null) return [ENDS[endedWhy ?? 'removed'], endedWhy === 'bug' ? 'bad' : 'dim']
  if (!enabled) return ['off', 'warn']
  const times = source['nth'] === undefined ? source['times'] : 1
  return typeof times === 'number' && fired >= times ? ['used up', 'dim'] : ['on', 'good']
}

const ENDS = {
  removed: 'removed',
  healed: 'healed',
  expired: 'expired',
  replaced: 'replaced',
  'process-ended': 'process ended',
  bug: 'switched off: a bug in it',
} as const satisfies Record<NonNullable<RuleRow['endedWhy']>, string>

/** A rule, or those that requests bring along. */
type AnyRow = RuleRow | BroughtRow

const stateIn = (rule: AnyRow): readonly [string, Paint] =>
  rule.origin === 'header' ? ['each for its request', 'dim'] : stateOf(rule)

const sentenceIn = (rule: AnyRow): string =>
  rule.origin === 'header' ? 'what requests asked for in their x-mitmcp-fault header' : rule.sentence

const ORIGINS = { header: 'requests', file: 'rule file', control: 'added', library: 'own code' } as const

/** Where a rule acts. */
export const whereText = ({ instance }: Pick<RuleRow, 'instance'>, instances: readonly InstanceRow[]): string => {
  if (instance === null) return 'everywhere'
  const found = instances.find(({ id }) => id === instance)
  return found === undefined ? `process ${instance}` : `${instance} ${processText(found)}`
}

const RIGHT = new Set([2, 3, 4])

/** Two lines for each rule: what it has done, and what it does. */
export const ruleLines = (
  rules: readonly AnyRow[],
  instances: readonly InstanceRow[],
  output: Output,
  now: number,
): string[] => {
  const [head = '', ...rows] = tableLines(
    ['Rule', 'State', 'Matched', 'Fired', 'Not applied', 'Last', 'From', 'Acts in'],
    rules.map((rule) => rowOf(rule, instances, output, now)),
    output,
    RIGHT,
  )
  return [
    head,
    ...rows.flatMap((row, at) => {
      const rule = rules[at]
      return rule === undefined ? [row] : [row, `  ${output.paint('dim', printable(sentenceIn(rule)))}`]
    }),
  ]
}

const rowOf = (rule: AnyRow, instances: readonly InstanceRow[], output: Output, now: number): (Cell | string)[] => {
  const { id, matched, fired, notApplied, lastAt, origin } = rule
  const [state, as] = stateIn(rule)
  return [
    { text: printable(id), paint: (text) => output.paint('strong', text) },
    { text: state, paint: (text) => output.paint(as, text) },
    String(matched),
    String(fired),
    { text: String(notApplied), paint: (text) => output.paint(notApplied > 0 ? 'warn' : 'dim', text) },
    lastAt === null ? 'never' : dayText(lastAt, now),
    ORIGINS[origin],
    printable(whereText(rule, instances)),
  ]
}
