import { personaNamed, personaNames } from '../config/personas.ts'
import { MEANINGS } from '../errors/meanings.ts'
import { nearest } from '../errors/nearest.ts'
import { ProxyError } from '../errors.ts'
import { faultOf, faults } from '../faults/index.ts'
import { envelopeSchema } from '../faults/rules/schema.ts'
import { KEYS, type KeySpec } from '../filter/index.ts'
import { EXIT, type Context } from './context.ts'
import { personaLines } from './fault/explain-fault.ts'
import { faultLines } from './fault/fault-lines.ts'
import { quoted } from './invocation.ts'
import { LINE_WORDS } from './line-words.ts'

type Says = Pick<Context, 'output' | 'command'>

/** Says what a word means, all that it means. Throws `NOT_FOUND` with the nearest word there is. */
export const explainWord = (word: string, context: Context): number => {
  const asked = word.replace(/^--|:$/g, '')
  const found = meaningsOf(asked, context)
  if (found.length === 0) throw unknown(asked)
  for (const [at, lines] of found.entries()) {
    if (at > 0) context.output.line()
    for (const line of lines) context.output.line(line)
  }
  return EXIT.ok
}

const meaningsOf = (word: string, context: Says): string[][] => {
  const fault = faultOf(word)
  const code = codes.find((each) => each === word.toUpperCase())
  return [
    ...(fault === undefined ? [] : [faultLines(fault, context)]),
    ...(personaNames().includes(word) ? [personaLines(personaNamed(word), context)] : []),
    ...(Object.hasOwn(KEYS, word) ? [keyLines(word, KEYS[word as keyof typeof KEYS], context)] : []),
    ...(words()[word] === undefined ? [] : [ruleWordLines(word, context)]),
    ...(Object.hasOwn(LINE_WORDS, word) ? [[`${context.output.paint('strong', word)}, ${LINE_WORDS[word]}.`]] : []),
    ...(code === undefined ? [] : [[`${context.output.paint('strong', code)}: ${MEANINGS[code]}`]]),
  ]
}

const codes = Object.keys(MEANINGS) as (keyof typeof MEANINGS)[]

/** Words of a rule that say when, with what each means. */
const words = (): Readonly<Record<string, { readonly description?: string }>> =>
  envelopeSchema().properties as Record<string, { description?: string }>

const keyLines = (key: string, spec: KeySpec, { output, command }: Says): string[] => [
  `${output.paint('strong', `${key}:`)} in a filter asks for ${spec.summary}.`,
  ...(spec.values === undefined ? [] : [`  ${output.paint('dim', 'values')}   ${spec.values.join(' ')}`]),
  `  ${output.paint('dim', 'example')}  ${command} tail ${quoted(spec.sample)}`,
  ...(spec.needs === 'recorded' ? ['  Only of recorded traffic: not in the match of a fault rule.'] : []),
]

const ruleWordLines = (word: string, { output, command }: Says): string[] => [
  `${output.paint('strong', word)} in a fault rule: ${words()[word]?.description ?? ''}.`,
  `  All of them: ${command} fault add --help`,
]

const unknown = (word: string): ProxyError => {
  const meant = nearest(word, [
    ...faults.map(({ type }) => type),
    ...personaNames(),
    ...Object.keys(KEYS),
    ...Object.keys(words()),
    ...Object.keys(LINE_WORDS),
    ...codes,
  ])
  return new ProxyError('NOT_FOUND', `There is no fault, persona, key of the filter, ending or error code ${word}.`, {
    hint:
      meant === undefined
        ? 'Faults: mitmcp fault types. Keys of the filter: mitmcp tail --help'
        : `Did you mean ${meant}?`,
  })
}
