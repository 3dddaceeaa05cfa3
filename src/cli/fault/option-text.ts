import { parse } from 'yaml'
import type { z } from 'zod'

type Schema = z.core.JSONSchema.BaseSchema

/** The ways a value may be written. */
const alternatives = (schema: Schema): readonly Schema[] =>
  (schema.anyOf as readonly Schema[] | undefined)?.flatMap(alternatives) ?? [schema]

const typesOf = (schema: Schema): readonly string[] =>
  alternatives(schema).flatMap(({ type, const: only }) => type ?? (only === undefined ? ['any'] : typeof only))

/** True for an option that stands alone on a command line. */
export const isSwitch = (schema: Schema): boolean => typesOf(schema).every((type) => type === 'boolean')

/** True for an option that may be given several times. */
export const isList = (schema: Schema): boolean => schema.type === 'array' || schema.format === 'fields'

/**
 * What a word of a command line means as the value of an option of this schema, added to what was said `before` where it is a list. A text
 * that cannot be read so stays a text: the fault's own types say what is wrong with it.
 */
export const valueOf = (text: string, schema: Schema, before?: unknown): unknown => {
  if (schema.format === 'fields') return { ...(before as object | undefined), ...fieldsOf(text) }
  if (schema.type === 'array') {
    const items = /^\s*\[/.test(text) ? read(text) : [valueOf(text, (schema.items ?? {}) as Schema)]
    return Array.isArray(items) ? [...((before as unknown[] | undefined) ?? []), ...(items as unknown[])] : text
  }
  const types = typesOf(schema)
  if (types.includes('string')) return text
  if (types.includes('boolean')) return text === 'true' ? true : text === 'false' ? false : text
  if (types.some((type) => type === 'number' || type === 'integer'))
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  return read(text)
}

/** `Name: value` or `Name=value`, or several of them as JSON. */
const fieldsOf = (text: string): object => {
  if (/^\s*\{/.test(text)) return Object(read(text)) as object
  const [, name = text, value = ''] = /^([^:=]+?)\s*[:=]\s*(.*)$/s.exec(text) ?? []
  return { [name]: value }
}

/** JSON, or YAML of one line; what is neither is a text. */
const read = (text: string): unknown => {
  try {
    return parse(text) as unknown
  } catch {
    return text
  }
}
