/** Personas: named sets of rules that imitate something real, with what is known of it. */
import { z } from 'zod'
import type { AnyFault } from './fault.ts'
import { faults } from './index.ts'
import { parseRules } from './rules/document.ts'
import type { Rule } from './rules/parse.ts'
import { ruleError, type RuleProblem, ruleProblemsOf } from './rules/problem.ts'
import { inOurWords } from './rules/wanted.ts'
import type { RuleSource } from './rules/rule.ts'
import { fasterRule } from './rules/faster.ts'
import { explainRule } from './rules/sentence.ts'

const text = z.string().trim().min(1)
const persona = z.strictObject({
  name: text.regex(/^[a-z][a-z0-9-]{1,38}$/, 'must be a name in kebab-case, 39 characters at most'),
  title: text,
  imitates: text,
  facts: z
    .array(
      z.strictObject({
        fact: text,
        basis: z.enum(['measured', 'documented']),
        source: text,
        when: text.regex(/^\d{4}(-\d\d){0,2}$/, 'must be a year, a month or a day such as 2026-11-22'),
      }),
    )
    .min(1, 'must have at least one fact'),
  symptom: text,
  remedy: text,
  'not-imitated': z.array(text).default([]),
  rules: z.array(z.record(z.string(), z.unknown())).min(1, 'must have at least one rule'),
})

/** Something that is known of what a persona imitates. */
export interface PersonaFact {
  readonly fact: string
  /** By us, or by those who made it. */
  readonly basis: 'measured' | 'documented'
  /** Document and section, or how it was measured. */
  readonly source: string
  /** Year, month or day. */
  readonly when: string
}

export interface Persona {
  readonly name: string
  readonly title: string
  /** One sentence. */
  readonly imitates: string
  readonly facts: readonly PersonaFact[]
  /** What people see. */
  readonly symptom: string
  /** What to do about it where it is real. */
  readonly remedy: string
  /** What is known and left out, because faults cannot do it. */
  readonly notImitated: readonly string[]
  /** Ids are `<persona>/<id>`. */
  readonly rules: readonly Rule[]
}

/** Reads what a persona's file says. Throws `RULE_INVALID` with everything that is wrong. `among`: the faults there are. */
export function parsePersona(source: unknown, among: readonly AnyFault[] = faults): Persona {
  const read = persona.safeParse(source, { error: inOurWords(persona) })
  if (!read.success) throw ruleError(read.error.issues.flatMap(problemsOf))
  const { name, rules, 'not-imitated': notImitated, ...words } = read.data
  try {
    const named = parseRules(rules, among).rules.map((rule) => withId(rule, `${name}/${rule.id}`))
    return { ...words, name, notImitated, rules: named }
  } catch (error) {
    const found = ruleProblemsOf(error)
    if (found.length === 0) throw error
    throw ruleError(found)
  }
}

function problemsOf(issue: z.core.$ZodIssue): RuleProblem[] {
  const { path, message } = issue
  const at = (key?: string): string => [...path, ...(key === undefined ? [] : [key])].join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: at(key), message: 'is no key of a persona' }))
  }
  return [{ path: at(), message: message.replace(/^Invalid input: (.*), received undefined$/, 'is needed: $1') }]
}

const withId = (rule: Rule, id: string): Rule => ({ ...rule, id, source: { ...rule.source, id } })

/**
 * Its rules as they are written, ready to be given to a proxy. `faster` divides every time span in them, for tests and the impatient: 60 makes
 * seconds of minutes; rates and sizes stay. Throws `RULE_INVALID` for `faster` below 1.
 */
export function personaRules({ rules }: Persona, { faster = 1 }: { readonly faster?: number } = {}): RuleSource[] {
  return rules.map((rule) => fasterRule(rule, faster))
}

/** One sentence for each of its rules. */
export const personaSentences = ({ rules }: Persona): string[] => rules.map(explainRule)
