import { readdirSync, readFileSync } from 'node:fs'
import { ProxyError } from '../errors.ts'
import { nearest } from '../errors/nearest.ts'
import { parsePersona, type Persona } from '../faults/personas.ts'
import { readDocument } from './document.ts'

/** Beside `src/` and `dist/` alike. */
const SHIPPED = new URL('../../config/personas/', import.meta.url)
const ENDING = '.yaml'

/** Names of the personas that come with the program, in order. */
export const personaNames = (): string[] =>
  readdirSync(SHIPPED)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .toSorted()

/** A persona that comes with the program. Throws `NOT_FOUND` with the nearest name. */
export function personaNamed(name: string): Persona {
  const names = personaNames()
  if (names.includes(name)) return readPersona(readFileSync(new URL(`${name}${ENDING}`, SHIPPED), 'utf8'))
  const meant = nearest(name, names)
  throw new ProxyError('NOT_FOUND', `There is no persona ${name}.`, {
    hint: meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${meant}?`,
  })
}

/** All of them. */
export const shippedPersonas = (): Persona[] => personaNames().map(personaNamed)

/** Reads the text of a persona's file, YAML or JSON. Throws `RULE_INVALID`, or `CONFIG_INVALID` where it is neither. */
export function readPersona(text: string): Persona {
  const { value, errors } = readDocument(text)
  const [first] = errors
  if (first === undefined) return parsePersona(value)
  throw new ProxyError('CONFIG_INVALID', `The persona cannot be read: line ${first.line}: ${first.message}`)
}
