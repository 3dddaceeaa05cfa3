/** A file of rules: `version`, `seed`, `rules`. */
import { z } from 'zod'
import { nearest } from '../../errors/nearest.ts'
import type { AnyFault } from '../fault.ts'
import { faults } from '../index.ts'
import { parseRule, type Rule } from './parse.ts'
import { ruleError, type RuleProblem, ruleProblemsOf } from './problem.ts'
import { inOurWords } from './wanted.ts'
import { count } from '../values.ts'

export interface RuleDocument {
  /** Of all draws. Null: none was given. */
  readonly seed: number | null
  readonly rules: readonly Rule[]
}

const document = z.object({
  version: z.literal(1, { error: 'must be 1' }).optional(),
  seed: count().optional(),
  rules: z.array(z.unknown(), { error: 'must be a list of rules' }).default([]),
})
const KEYS = Object.keys(document.shape)

/**
 * Reads a document, or a list of rules alone. A rule without `id` is named for its fault, the second of them `drop-2`. Throws `RULE_INVALID` with
 * the problems of all rules.
 */
export function parseRules(source: unknown, among: readonly AnyFault[] = faults): RuleDocument {
  const problems: RuleProblem[] = []
  const written = Array.isArray(source) ? { rules: source } : (source ?? {})
  const read = document.safeParse(written, { error: inOurWords(document) })
  for (const { path, message } of read.error?.issues ?? []) problems.push({ path: path.join('.'), message })
  for (const key of typeof written === 'object' ? Object.keys(written) : []) {
    if (KEYS.includes(key)) continue
    const meant = nearest(key, KEYS)
    problems.push({
      path: key,
      message: 'is no key of a rule file',
      ...(meant === undefined ? {} : { nearest: meant }),
    })
  }
  // a mistake elsewhere does not hide those in the rules
  const rules = listIn(written).flatMap((rule, at) => {
    try {
      return [parseRule(rule, among)]
    } catch (error) {
      for (const problem of ruleProblemsOf(error)) {
        problems.push({ ...problem, path: [`rules.${at}`, problem.path].filter(Boolean).join('.') })
      }
      return []
    }
  })
  const named = distinct(rules, problems)
  if (problems.length > 0) throw ruleError(problems)
  return { seed: read.data?.seed ?? null, rules: named }
}

function listIn(written: object | string | number): readonly unknown[] {
  const { rules } = Object(written) as { rules?: unknown }
  return Array.isArray(rules) ? (rules as unknown[]) : []
}

function distinct(rules: readonly Rule[], problems: RuleProblem[]): Rule[] {
  const taken = new Set<string>()
  for (const [at, { source }] of rules.entries()) {
    if (source.id === undefined) continue
    if (taken.has(source.id)) problems.push({ path: `rules.${at}.id`, message: `${source.id} is there twice` })
    taken.add(source.id)
  }
  return rules.map((rule) => {
    if (rule.source.id !== undefined) return rule
    const id = freeId(rule.fault.type, taken)
    taken.add(id)
    return { ...rule, id }
  })
}

/** `drop`, or the next of `drop-2`, `drop-3`, … that is not taken. */
export function freeId(type: string, taken: { has(id: string): boolean }): string {
  if (!taken.has(type)) return type
  let n = 2
  while (taken.has(`${type}-${n}`)) n++
  return `${type}-${n}`
}
