import type { z } from 'zod'
import type { AnyFault } from '../../faults/fault.ts'
import { parseRule } from '../../faults/rules/parse.ts'
import { optionSchema } from '../../faults/rules/schema.ts'
import type { RuleSource } from '../../faults/rules/rule.ts'
import { explainRule } from '../../faults/rules/sentence.ts'
import type { Context } from '../context.ts'
import { quoted } from '../invocation.ts'
import type { Output } from '../output.ts'
import { tableLines } from '../table.ts'
import { isSwitch } from './option-text.ts'
import { LEVELS } from './types.ts'

type Schema = z.core.JSONSchema.BaseSchema

/** A fault explained: what it does, where, its options with their defaults, and how it is put in force. */
export const faultLines = (fault: AnyFault, { output, command }: Pick<Context, 'output' | 'command'>): string[] => {
  const { type, level, summary, applies, per, perMessage, narrow } = fault
  const schema = optionSchema(fault)
  const options = optionLines(schema, output, [], defaultsOf(fault))
  const covers = perMessage === true ? `${per}, or message where the match asks for messages` : per
  const examples = examplesOf(fault)
  return [
    `${output.paint('strong', type)} ${summary}.`,
    '',
    `  ${output.paint('dim', 'level')}     ${LEVELS[level]}`,
    `  ${output.paint('dim', 'acts on')}   ${applies.join(', ')}`,
    `  ${output.paint('dim', 'once per')}  ${covers}`,
    ...(typeof narrow === 'string' && narrow !== '' ? [`  ${output.paint('dim', 'only')}      ${narrow}`] : []),
    ...(options.length === 0 ? ['', 'It has no options of its own.'] : ['', 'Options:', ...options]),
    '',
    'For example:',
    ...examples.flatMap(({ source, sentence }) => [
      `  ${command} ${addCommand(source)}`,
      `    ${output.paint('dim', sentence)}`,
    ]),
  ]
}

/** Options as flags, one line each. `defaults`: those that the schema does not know. */
export const optionLines = (
  { properties = {}, required = [] }: Schema,
  output: Output,
  leftOut: readonly string[] = [],
  defaults: Readonly<Record<string, unknown>> = {},
): string[] => {
  const rows = Object.entries(properties as Record<string, Schema>)
    .filter(([name]) => !leftOut.includes(name))
    .map(([name, schema]) => {
      const takes = isSwitch(schema) ? '' : ` ${takesText(schema)}`
      const standard: unknown = schema.default ?? defaults[name]
      const plain = ['string', 'number', 'boolean'].includes(typeof standard)
      const usual = required.includes(name) ? 'needed' : plain ? `default ${String(standard)}` : ''
      return [`  --${name}${takes}`, [schema.description ?? '', usual].filter((text) => text !== '').join('; ')]
    })
  return tableLines(['', ''], rows, output).slice(1)
}

const takesText = (schema: Schema): string => {
  const { anyOf, enum: words, const: only, format, type, pattern, items } = schema
  if (anyOf !== undefined) return (anyOf as Schema[]).map(takesText).join('|')
  if (words !== undefined) return words.join('|')
  if (only !== undefined) return String(only)
  if (type === 'array') return `${takesText((items ?? {}) as Schema)}...`
  if (typeof pattern === 'string' && pattern.startsWith('^ws:')) return 'ws:<code>'
  return FORMATS[format ?? ''] ?? TYPES[String(type)] ?? '<json>'
}

const FORMATS: Readonly<Record<string, string>> = {
  duration: '<time>',
  size: '<size>',
  rate: '<size>/s',
  fields: "'<name>: <value>'...",
}
const TYPES: Readonly<Record<string, string>> = {
  string: '<text>',
  integer: '<n>',
  number: '<number>',
  object: '<json>',
}

/** Values that options have which were not given, where the schema of what is written does not say them. */
const defaultsOf = (fault: AnyFault): Readonly<Record<string, unknown>> => {
  const { fault: _, ...needed } = neededOf(fault)
  const parsed = fault.options.safeParse(needed)
  return parsed.success ? (parsed.data as Record<string, unknown>) : {}
}

/** Ways to put it in force that hold. */
const examplesOf = (fault: AnyFault): { readonly source: RuleSource; readonly sentence: string }[] => {
  const plain = neededOf(fault)
  const tried: RuleSource[] =
    fault.type === 'cut'
      ? [{ ...plain, after: '2 events', end: 'rst' }, plain]
      : [plain, { ...plain, match: 'method:tools/call', times: 1 }, { ...plain, match: 'server:demo', for: '30s' }]
  return tried
    .flatMap((source) => {
      try {
        return [{ source, sentence: explainRule(parseRule(source)) }]
      } catch {
        return []
      }
    })
    .slice(0, 2)
}

/** The shortest rule with that fault: what it needs, and what gives an example of its own where it needs one of several. */
export const neededOf = (fault: AnyFault): RuleSource => {
  const { properties = {}, required = [] } = optionSchema(fault)
  const values = Object.entries(properties as Record<string, Schema>)
    .filter(([name, schema]) => required.includes(name) || hasOwnExample(schema))
    .map(([name, schema]): [string, unknown] => [name, exampleOf(schema)])
  return { fault: fault.type, ...Object.fromEntries(values) }
}

/** Examples of time spans and the like come with their format. */
const hasOwnExample = ({ examples, format }: Schema): boolean =>
  examples !== undefined && !['duration', 'size', 'rate'].includes(format ?? '')

const exampleOf = ({ examples, enum: words, anyOf, type, minimum = 0 }: Schema): unknown => {
  const [first] = (examples as unknown[] | undefined) ?? words ?? []
  if (first !== undefined) return first
  if (anyOf !== undefined) return exampleOf((anyOf as Schema[])[0] ?? {})
  return type === 'integer' || type === 'number' ? Math.max(1, minimum) : 'text'
}

/** `fault add cut --end rst --after '2 events'`. */
export const addCommand = ({ fault, ...words }: RuleSource): string =>
  [
    'fault add',
    fault,
    ...Object.entries(words).flatMap(([name, value]) =>
      value === true ? [`--${name}`] : valueTexts(value).map((text) => `--${name} ${quoted(text)}`),
    ),
  ].join(' ')

/** Fields are written one by one. */
const valueTexts = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
  const plain = fields.length > 0 && fields.every(([, text]) => typeof text === 'string')
  return plain ? fields.map(([name, text]) => `${name}: ${String(text)}`) : [JSON.stringify(value)]
}
