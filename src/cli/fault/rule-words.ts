import { parse } from 'yaml'
import { ProxyError } from '../../errors.ts'
import { faultOf, faults } from '../../faults/index.ts'
import { parseRule, type Rule } from '../../faults/rules/parse.ts'
import { filterTerm } from '../../faults/rules/mistakes.ts'
import { ruleError, type RuleProblem, ruleProblemsOf } from '../../faults/rules/problem.ts'
import { envelopeSchema, optionSchema } from '../../faults/rules/schema.ts'
import { quoted } from '../invocation.ts'
import { isList, isSwitch, valueOf } from './option-text.ts'

type Schema = ReturnType<typeof optionSchema>
type Schemas = Readonly<Record<string, Schema>>

const propertiesOf = (schema: Schema): Schemas => (schema.properties ?? {}) as Schemas

/**
 * A rule from the words of a command line: the fault's type, its options and the words of the envelope as flags (`--end rst`, `--end=rst`,
 * `--desync`, `--no-desync`), in any order. Throws `RULE_INVALID` with everything that is wrong.
 */
export const ruleFromWords = (words: readonly string[]): Rule => {
  const { types, said } = spread(words)
  const [type, ...more] = types
  const problems = more.map((word): RuleProblem => ({ path: '', message: `${word} stands there without a flag` }))
  const fault = type === undefined ? undefined : faultOf(type)
  const schemas = {
    ...propertiesOf(envelopeSchema()),
    ...(fault === undefined ? {} : propertiesOf(optionSchema(fault))),
  }
  const source: Record<string, unknown> = type === undefined ? {} : { fault: type }
  for (const { name, text } of said) {
    const schema = schemas[name]
    if (name === 'fault') problems.push({ path: '--fault', message: 'is no flag: the fault is the first word' })
    else if (Object.hasOwn(source, name) && (schema === undefined || !isList(schema)))
      problems.push({ path: `--${name}`, message: 'is there twice' })
    else if (fault !== undefined && schema === undefined && isFilterWord(name))
      problems.push({ path: `--${name}`, message: `is a word of filters: write ${matchFlag(said, schemas)}` })
    else if (schema === undefined) source[name] = text ?? true
    else if (text === undefined && !isSwitch(schema)) problems.push({ path: `--${name}`, message: 'needs a value' })
    else source[name] = valueOf(text ?? 'true', schema, source[name])
  }
  return checked(source, problems)
}

/** A word of filters that is not another fault's option: those say whose it is. */
const isFilterWord = (name: string): boolean =>
  filterTerm(name, '') !== undefined && !faults.some((fault) => Object.hasOwn(propertiesOf(optionSchema(fault)), name))

/** `--match 'tool:search dir:s2c'`: the filter that was given, and the words that should have stood in it. */
const matchFlag = (said: readonly Said[], schemas: Schemas): string => {
  const terms = said.flatMap(({ name, text }) => {
    if (name === 'match') return text === undefined ? [] : [text]
    return schemas[name] === undefined && isFilterWord(name) ? [filterTerm(name, text) ?? ''] : []
  })
  return `--match ${quoted(terms.join(' '))}`
}

/** A rule written whole, as YAML or JSON. Throws `RULE_INVALID`. */
export const ruleFromText = (text: string): Rule => {
  let source: unknown
  try {
    source = parse(text)
  } catch (error) {
    throw ruleError([
      { path: '--rule', message: `is neither YAML nor JSON: ${(error as Error).message.split('\n')[0] ?? ''}` },
    ])
  }
  return parseRule(source)
}

const checked = (source: Record<string, unknown>, before: readonly RuleProblem[]): Rule => {
  let rule: Rule | undefined
  let problems: readonly RuleProblem[] = []
  try {
    rule = parseRule(source)
  } catch (error) {
    problems = ruleProblemsOf(error)
    if (problems.length === 0) throw error
  }
  const all = [
    ...before,
    ...problems.map(asFlags).filter(({ path }) => !before.some((one) => one.path === path && path !== '')),
  ]
  if (rule !== undefined && all.length === 0) return rule
  throw ruleError(all, typeof source['fault'] === 'string' ? faultOf(source['fault'])?.type : undefined)
}

/** Problems of a rule name its keys; here these are flags. */
const asFlags = ({ path, message, nearest }: RuleProblem): RuleProblem => {
  if (path === 'fault')
    return { path: '', message: message.replace(/^is needed/, 'a fault is needed'), ...(nearest && { nearest }) }
  const ofFlag = path !== '' && path !== 'match'
  return {
    path: path === '' ? '' : `--${path}`,
    message,
    ...(nearest === undefined ? {} : { nearest: ofFlag ? `--${nearest}` : nearest }),
  }
}

interface Said {
  readonly name: string
  /** Undefined where it stands alone. */
  readonly text: string | undefined
}

/** Flags with their values, and what is neither. */
const spread = (words: readonly string[]): { readonly types: readonly string[]; readonly said: readonly Said[] } => {
  const types: string[] = []
  const said: Said[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const [, name, joined] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    if (name === undefined) {
      types.push(word)
      continue
    }
    const next = words[at + 1]
    if (joined !== undefined) said.push({ name, text: joined })
    else if (name.startsWith('no-') && switches().has(name.slice(3))) said.push({ name: name.slice(3), text: 'false' })
    else if (next === undefined || next.startsWith('--') || (switches().has(name) && !/^(true|false)$/.test(next)))
      said.push({ name, text: undefined })
    else {
      said.push({ name, text: next })
      at++
    }
  }
  return { types, said }
}

let known: ReadonlySet<string> | undefined

/** Names of options that stand alone, of any fault: the type may come behind them. */
const switches = (): ReadonlySet<string> =>
  (known ??= new Set(
    [envelopeSchema(), ...faults.map(optionSchema)].flatMap((schema) =>
      Object.entries(propertiesOf(schema)).flatMap(([name, one]) => (isSwitch(one) ? [name] : [])),
    ),
  ))

/** What `fault add` was given: words, or a whole rule; not both. Throws `RULE_INVALID`, `OPTION_INVALID`. */
export const writtenRule = (words: readonly string[], text: string | undefined): Rule => {
  if (text === undefined) return ruleFromWords(words)
  if (words.length === 0) return ruleFromText(text)
  throw new ProxyError('OPTION_INVALID', `Beside --rule there is nothing to say: ${words.join(' ')}.`, {
    hint: 'Write all of it into the rule, or all of it as flags.',
  })
}
