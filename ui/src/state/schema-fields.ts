import type { JsonSchema } from '../../../src/api/contract.ts'

/**
 * How a value is put in.
 * - `text`, `duration`, `size`, `rate`, `number`: one line
 * - `choice`: one of `choices`; `flag`: yes or no, with a default; `maybe`: yes, no, or left open
 * - `lines`: texts, one a line; `fields`: `Name: value`, one a line; `long`: text of several lines; `json`: JSON
 */
export type FieldKind =
  | 'text'
  | 'duration'
  | 'size'
  | 'rate'
  | 'number'
  | 'choice'
  | 'flag'
  | 'maybe'
  | 'lines'
  | 'fields'
  | 'long'
  | 'json'

/** One input of a form. */
export interface Field {
  /** As in the rule: `delay`; of an object's parts `state.requires`. */
  readonly name: string
  readonly kind: FieldKind
  readonly description: string
  readonly required: boolean
  /** What it is when nothing is put in, as text; null: nothing. */
  readonly preset: string | null
  /** Of `choice` all there are; of a text those worth offering. */
  readonly choices: readonly string[]
  /** What a value looks like. */
  readonly example: string
  /** The choices are numbers. */
  readonly numeric: boolean
}

type Node = Readonly<Record<string, unknown>>

const node = (value: unknown): Node => (typeof value === 'object' && value !== null ? (value as Node) : {})
const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value.map(node) : [])
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** The inputs an object's schema asks for, in its order. What it does not know is JSON. */
export function fieldsOf(schema: JsonSchema, prefix = ''): Field[] {
  const required = new Set(texts(schema['required']))
  return Object.entries(node(schema['properties'])).flatMap(([name, value]) => {
    const property = node(value)
    if (property['type'] === 'object' && property['properties'] !== undefined)
      return fieldsOf(property, `${prefix}${name}.`)
    return [fieldOf(`${prefix}${name}`, property, required.has(name))]
  })
}

function fieldOf(name: string, schema: Node, required: boolean): Field {
  const preset = schema['default']
  return {
    name,
    required,
    description: typeof schema['description'] === 'string' ? schema['description'] : '',
    preset: preset === undefined ? null : typeof preset === 'object' ? '' : String(preset as string | number | boolean),
    example: texts(schema['examples'])[0] ?? '',
    ...shapeOf(schema),
  }
}

type Shape = Pick<Field, 'kind' | 'choices' | 'numeric'>

const plain = (kind: FieldKind): Shape => ({ kind, choices: [], numeric: false })

function shapeOf(schema: Node): Shape {
  const { type, format } = schema
  const choices = texts(schema['enum'])
  if (choices.length > 0) return { kind: 'choice', choices, numeric: false }
  if (schema['anyOf'] !== undefined) return shapeOfSeveral(nodes(schema['anyOf']))
  if (Array.isArray(type)) return plain('text')
  if (type === 'boolean') return plain(schema['default'] === undefined ? 'maybe' : 'flag')
  if (type === 'integer' || type === 'number') return plain('number')
  if (type === 'array') return plain(node(schema['items'])['type'] === 'string' ? 'lines' : 'json')
  if (type === 'object') return plain(node(schema['additionalProperties'])['type'] === 'string' ? 'fields' : 'json')
  if (type !== 'string') return plain('json')
  return plain(format === 'duration' || format === 'size' || format === 'rate' ? format : 'text')
}

/** Words and something else besides: a text that offers the words. Words alone: a choice. */
function shapeOfSeveral(all: readonly Node[]): Shape {
  const words = all.flatMap((each) => ('const' in each ? [String(each['const'])] : texts(each['enum'])))
  const others = all.filter((each) => !('const' in each) && !('enum' in each))
  const numeric = all.some((each) => typeof each['const'] === 'number')
  if (others.length === 0) return { kind: 'choice', choices: words, numeric }
  if (others.some((each) => each['type'] === 'object')) return plain('long')
  return { kind: 'text', choices: words, numeric: false }
}
