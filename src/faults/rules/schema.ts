/** What rules may say, as JSON schemas and lists: for forms, help and validation elsewhere. Generated, never written by hand. */
import { z } from 'zod'
import type { AnyFault } from '../fault.ts'
import { envelope } from './envelope.ts'

/** The names of a fault's options. */
export function optionNames(fault: AnyFault): readonly string[] {
  return Object.keys(optionSchema(fault).properties ?? {})
}

/** JSON schema of the options of a fault as they are written: time spans, sizes and rates are texts with a `format`. */
export function optionSchema(fault: AnyFault): z.core.JSONSchema.BaseSchema {
  let schema = known.get(fault)
  if (schema === undefined) {
    schema = z.toJSONSchema(fault.options, { io: 'input' })
    known.set(fault, schema)
  }
  return schema
}

/** JSON schema of the words of a rule that say when. */
export function envelopeSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(envelope, { io: 'input' })
}

const known = new WeakMap<AnyFault, z.core.JSONSchema.BaseSchema>()
