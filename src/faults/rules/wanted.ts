/** What a value has to be, in the words of those who write rules: made of the schema, wherever it has no words of its own. */
import { z } from 'zod'

type Schema = z.core.JSONSchema.BaseSchema
type Path = readonly PropertyKey[]

/** Words for what is wrong with what `shape` reads: given to the schema library as `error`, it is asked wherever a schema does not speak for itself. */
export const inOurWords =
  (shape: z.ZodType) =>
  (issue: z.core.$ZodRawIssue): string => {
    // what is wrong with a key is told by the key's own schema
    if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'is no name'
    if (issue.code === 'unrecognized_keys') return `knows no ${issue.keys.join(', ')}`
    return wantedText(schemaAt(writtenSchema(shape), issue.path ?? []), issue.input)
  }

/** Of what is written; made only where something is wrong. */
const writtenSchema = (shape: z.ZodType): Schema => z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })

/** `must be a whole number from 1 to 10`. */
function wantedText(schema: Schema | undefined, input: unknown): string {
  if (schema === undefined) return 'is not what it has to be'
  if (input === '' && (schema.minLength ?? 0) > 0) return 'must not be empty'
  const ways = alternatives(schema).flatMap(waysOf)
  return `must be ${listed(ways, 'or')}`
}

const listed = (words: readonly string[], last: 'and' | 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`

const alternatives = (schema: Schema): readonly Schema[] =>
  ((schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined)?.flatMap(alternatives) ?? [schema]

function waysOf(schema: Schema): readonly string[] {
  const { enum: words, const: only, format, pattern, type } = schema
  if (words !== undefined) return words.map(String)
  if (only !== undefined) return [String(only)]
  if (pattern?.startsWith('^ws:') === true) return ['ws:<code>']
  const formatted = FORMATS[format ?? '']
  if (formatted !== undefined) return [formatted]
  return (Array.isArray(type) ? (type as readonly string[]) : [type ?? 'any']).map((one) => nounOf(one, schema))
}

const FORMATS: Readonly<Record<string, string>> = {
  duration: 'a time span such as 250ms',
  size: 'a size such as 16kb',
  rate: 'a rate such as 64kb/s',
  fields: 'header fields, each a name with its text',
}

function nounOf(type: string, { minimum, maximum, items, required }: Schema): string {
  switch (type) {
    case 'integer':
    case 'number': {
      const [least, most] = [minimum, maximum].map((bound) => (Number.isSafeInteger(bound) ? bound : undefined))
      const open = most === undefined || most === Number.MAX_SAFE_INTEGER
      const range = least === undefined || least === Number.MIN_SAFE_INTEGER ? '' : `, at least ${least}`
      return `a${type === 'integer' ? ' whole' : ''} number${open ? range : ` from ${least} to ${most}`}`
    }
    case 'boolean':
      return 'true or false'
    case 'string':
      return 'a text'
    case 'array':
      return `a list${items === undefined ? '' : `, each ${waysOf(items as Schema).join(' or ')}`}`
    case 'object':
      return required === undefined ? 'names with values' : `an object with ${listed(required, 'and')}`
    case 'null':
      return 'null'
    default:
      return 'another value'
  }
}

/** Of what a path leads to; of a choice, the way that has it. */
function schemaAt(schema: Schema, path: Path): Schema | undefined {
  const [key, ...deeper] = path
  if (key === undefined) return schema
  for (const way of alternatives(schema)) {
    const { properties = {}, items, additionalProperties } = way
    const inside =
      typeof key === 'number' ? items : ((properties as Record<PropertyKey, Schema>)[key] ?? additionalProperties)
    if (typeof inside === 'object') return schemaAt(inside as Schema, deeper)
  }
  return undefined
}
