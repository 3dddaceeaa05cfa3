/** A rule in less time. */
import type { z } from 'zod'
import { ruleError } from './problem.ts'
import type { Rule } from './parse.ts'
import { optionSchema } from './schema.ts'
import type { RuleSource } from './rule.ts'
import { parseDuration } from '../values.ts'

type Schema = z.core.JSONSchema.BaseSchema

/** The same rule with every time span divided by `times`, at least 1 ms: its options, `for`, `window`, and `after` a time. Throws `RULE_INVALID` below 1. */
export function fasterRule({ source, fault, after }: Rule, times: number): RuleSource {
  if (!(times >= 1 && Number.isFinite(times)))
    throw ruleError([{ path: 'faster', message: 'must be a number, at least 1' }])
  if (times === 1) return source
  const options = optionSchema(fault).properties ?? {}
  const shorter = (text: string): string => {
    const ms = parseDuration(text)
    return ms === undefined ? text : spanText(Math.max(ms === 0 ? 0 : 1, Math.round(ms / times)))
  }
  const entries = Object.entries(source).map(([key, value]): [string, unknown] => {
    if (typeof value !== 'string') return [key, value]
    if (key === 'for' || (key === 'after' && after?.what === 'time')) return [key, shorter(value)]
    if (key === 'window')
      return [
        key,
        value
          .split('..')
          .map((side) => shorter(side.trim()))
          .join('..'),
      ]
    return [key, isSpan(options[key] as Schema | undefined) ? shorter(value) : value]
  })
  return { ...Object.fromEntries(entries), fault: source.fault }
}

/** A time span, or one of several things of which one is. */
const isSpan = (schema: Schema | undefined): boolean =>
  schema !== undefined && (schema.format === 'duration' || (schema.anyOf ?? []).some((each) => isSpan(each as Schema)))

const spanText = (ms: number): string => (ms % 1000 === 0 && ms > 0 ? `${ms / 1000}s` : `${ms}ms`)
