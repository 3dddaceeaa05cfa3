import { existsSync, readFileSync } from 'node:fs'
import { personaNamed, personaNames, readPersona } from '../../config/personas.ts'
import { readDocument } from '../../config/document.ts'
import { nearest } from '../../errors/nearest.ts'
import { ProxyError } from '../../errors.ts'
import { personaRules, type Persona } from '../../faults/personas.ts'
import { parseRules } from '../../faults/rule-document.ts'
import { fasterRule } from '../../faults/rule-faster.ts'
import { parseRule, type Rule } from '../../faults/rule-parse.ts'

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
 * that is wrong, named for the file; `NOT_FOUND` where there is neither; `CONFIG_INVALID` for a file that cannot be read.
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
  const text = readFileSync(file, 'utf8')
  try {
    const { value, errors } = readDocument(text)
    const [first] = errors
    if (first !== undefined) throw new ProxyError('CONFIG_INVALID', `line ${first.line}: ${first.message}`)
    if (typeof value === 'object' && value !== null && 'imitates' in value) return ofPersona(readPersona(text), faster)
    const { seed, rules } = parseRules(value)
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
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error
    const { code, message, hint, cause } = error
    throw new ProxyError(code, `${file}: ${message}`, { hint, cause })
  }
}
