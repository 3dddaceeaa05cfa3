import { stringify } from 'yaml'
import { personaNames } from '../../config/personas.ts'
import { nearest } from '../../errors/nearest.ts'
import { ProxyError } from '../../errors.ts'
import { faultOf, faults } from '../../faults/index.ts'
import type { Persona } from '../../faults/personas.ts'
import { conflictsOf } from '../../faults/rules/conflicts.ts'
import { parseRule, type Rule } from '../../faults/rules/parse.ts'
import { explainRule } from '../../faults/rules/sentence.ts'
import { openReader } from '../../store/reader.ts'
import type { Reader } from '../../store/index.ts'
import type { RuleRow } from '../../store/rows.ts'
import { EXIT, type Context } from '../context.ts'
import { quoted } from '../invocation.ts'
import type { Output } from '../output.ts'
import { printable } from '../printable.ts'
import { dayText, countText } from '../units.ts'
import { faultCapture, type WhereFlags } from './fault-capture.ts'
import { faultLines } from './fault-lines.ts'
import { namedRules } from './named-rules.ts'
import { stateOf, whereText } from './rule-lines.ts'

/** `fault explain`: a fault, a persona, a file of rules, or a rule of the capture by its name. Throws `NOT_FOUND`, and what is wrong with a file. */
export const explainFault = async (what: string, flags: WhereFlags, context: Context): Promise<number> => {
  const { output } = context
  const fault = faultOf(what)
  const rule = await ruleExplained(what, flags, context)
  // a rule without a name of its own is called as its fault
  const lines =
    fault === undefined
      ? (rule ?? namedExplained(what, context))
      : [...faultLines(fault, context), ...(rule === undefined ? [] : ['', 'As a rule:', ...rule])]
  for (const line of lines) output.line(line)
  return EXIT.ok
}

const namedExplained = (what: string, context: Context): string[] => {
  try {
    const { rules, persona } = namedRules(what)
    return persona === null ? fileLines(what, rules, context) : personaLines(persona, context)
  } catch (error) {
    if (!(error instanceof ProxyError) || error.code !== 'NOT_FOUND') throw error
    const meant = nearest(what, [...faults.map(({ type }) => type), ...personaNames()])
    throw new ProxyError('NOT_FOUND', `There is no fault, persona, file or rule ${what}.`, {
      hint:
        meant === undefined ? 'mitmcp fault lists the faults, mitmcp fault ls the rules.' : `Did you mean ${meant}?`,
    })
  }
}

/** What a persona imitates, what is known of that, and what it does. */
export const personaLines = (
  { name, title, imitates, facts, symptom, remedy, notImitated, rules }: Persona,
  { output, command }: Pick<Context, 'output' | 'command'>,
): string[] => [
  `${output.paint('strong', name)}: ${title}. ${imitates}`,
  '',
  ...rules.map((rule) => `  ${rule.id}: ${explainRule(rule)}`),
  '',
  `  ${output.paint('dim', 'what people see')}  ${symptom}`,
  `  ${output.paint('dim', 'what helps')}       ${remedy}`,
  '',
  'Known of it:',
  ...facts.map(({ fact, basis, source, when }) => `  ${fact} (${basis}: ${source}, ${when})`),
  ...(notImitated.length === 0 ? [] : ['Not imitated:', ...notImitated.map((text) => `  ${text}`)]),
  '',
  `In force: ${command} fault apply ${name}`,
]

const fileLines = (file: string, rules: readonly Rule[], { output, command }: Context): string[] => [
  `${output.paint('strong', file)} has ${countText(rules.length, 'rule')}`,
  '',
  ...rules.map((rule) => `  ${rule.id}: ${explainRule(rule)}`),
  ...conflictLines(rules, output),
  '',
  `In force: ${command} fault apply ${quoted(file)}   or from the start: ${command} <url> --faults ${quoted(file)}`,
]

const conflictLines = (rules: readonly Rule[], output: Output, about?: string): string[] => {
  const all = conflictsOf(rules).filter(
    ({ winner, loser }) => about === undefined || about === winner || about === loser,
  )
  return all.length === 0 ? [] : ['', ...all.map(({ text }) => `  ${output.paint('warn', 'mind')} ${text}`)]
}

/** The newest rule of that name; undefined where there is none, or no capture. */
const ruleExplained = async (id: string, flags: WhereFlags, context: Context): Promise<string[] | undefined> => {
  const capture = await faultCapture(flags, context).catch((error: unknown) => {
    if (flags.db !== undefined) throw error
    return undefined
  })
  if (capture === undefined) return undefined
  const reader = openReader(capture.path)
  try {
    const rule = reader.rules({ all: true }).findLast((one) => one.id === id)
    return rule === undefined ? undefined : ruleExplanation(rule, reader, context)
  } finally {
    reader.close()
  }
}

const ruleExplanation = (rule: RuleRow, reader: Reader, { output, now }: Context): string[] => {
  const { id, sentence, matched, fired, notApplied, lastAt, createdAt, endedAt, source } = rule
  const [state, as] = stateOf(rule)
  const last = lastAt === null ? '' : `, last at ${dayText(lastAt, now())}`
  return [
    `${output.paint('strong', printable(id))}: ${printable(sentence)}`,
    '',
    `  ${output.paint('dim', 'state')}    ${output.paint(as, state)}, since ${dayText(endedAt ?? createdAt, now())}`,
    `  ${output.paint('dim', 'acts in')}  ${printable(whereText(rule, reader.instances()))}`,
    `  ${output.paint('dim', 'so far')}   matched ${matched}, fired ${fired}, not applied ${notApplied}${last}`,
    '',
    ...stringify(source)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${printable(line)}`),
    ...conflictLines(inOrder(reader.rules(), rule), output, id),
  ]
}

/** Rules that act where this one does, in the order they apply: what was added comes before a file. */
const inOrder = (rules: readonly RuleRow[], { instance }: RuleRow): Rule[] => {
  const there = rules.filter((one) => instance === null || one.instance === null || one.instance === instance)
  const of = (origin: RuleRow['origin']): RuleRow[] => there.filter((one) => one.origin === origin)
  return [...of('control'), ...of('file')].flatMap(({ id, source, enabled }) => {
    try {
      return [{ ...parseRule(source), id, enabled }]
    } catch {
      return []
    }
  })
}
