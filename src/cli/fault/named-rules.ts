import { existsSync, readFileSync } from 'node:fs'
import { personaNamed, personaNames } from '../../config/personas.ts'
import { readRuleText } from '../../config/rule-text.ts'
import { nearest } from '../../errors/nearest.ts'
import { ProxyError } from '../../errors.ts'
import { parsePersona, personaRules, type Persona } from '../../faults/personas.ts'
import { parseRules } from '../../faults/rules/document.ts'
import { fasterRule } from '../../faults/rules/faster.ts'
import { parseRule, type Rule } from '../../faults/rules/parse.ts'

/** Rules that stand in a file or come with the program. */
export interface NamedRules {
  readonly rules: readonly Rule[]
  /** Null for a file of rules. */
  readonly persona: Persona | null
  /** What of the file has no effect. */
  readonly remarks: readonly string[]
}

/**
 * Rules of a file, or of a persona by its name. `faster`: every time span is divided by it. Throws `RULE_INVALID` with everything
 * that is wrong, each with its line; `NOT_FOUND` where there is neither.
 */
export const namedRules = (what: string, faster?: string): NamedRules => {
  if (personaNames().includes(what)) return ofPersona(personaNamed(what), faster)
  if (existsSync(what)) return ofFile(what, faster)
  const meant = nearest(what, personaNames())
  throw new ProxyError('NOT_FOUND', `There is no file ${what}, and no persona of that name.`, {
    hint: meant === undefined ? `Personas: ${personaNames().join(', ')}.` : `Did you mean ${meant}?`,
  })
}

const ofPersona = (persona: Persona, faster?: string): NamedRules => {
  const rules =
    faster === undefined
      ? persona.rules
      : personaRules(persona, { faster: Number(faster) }).map((rule) => parseRule(rule))
  return { rules, persona, remarks: [] }
}

const ofFile = (file: string, faster?: string): NamedRules => {
  const read = readRuleText(file, readFileSync(file, 'utf8'), (value) =>
    typeof value === 'object' && value !== null && 'imitates' in value ? parsePersona(value) : parseRules(value),
  )
  if ('imitates' in read) return ofPersona(read, faster)
  const { seed, rules } = read
  return {
    rules:
      faster === undefined
        ? rules
        : rules.map((rule) => parseRule({ ...fasterRule(rule, Number(faster)), id: rule.id })),
    persona: null,
    remarks:
      seed === null
        ? []
        : [`The seed of ${file} has no effect here: a process has its own, from its start (--seed ${seed}).`],
  }
}
