/** What stands behind a key, read as that key takes it. */
import { nearest } from '../errors/nearest.ts'
import type { KeySpec } from './keys.ts'
import { matcher } from './pattern.ts'
import { refuse } from './problem.ts'
import { parseQuantity, type Quantity, UNITS } from './quantity.ts'
import type { Pattern, Range, Value } from './tree.ts'

/** Spelled otherwise, meant as that. */
const ALIASES: { readonly [value: string]: string } = { ws: 'websocket' }

const NOUN: { readonly [of in Quantity]: string } = { number: 'a number', duration: 'a duration', size: 'a size' }

/** Throws `FILTER_INVALID` where the key does not take that. */
export function valueOf(name: string, spec: KeySpec, pattern: Pattern): Value {
  switch (spec.takes) {
    case 'pattern':
    case 'text':
    case 'header':
      return pattern
    case 'choice':
      return choice(name, spec, pattern)
    case 'number':
    case 'duration':
    case 'size':
      return range(name, spec.takes, pattern)
    case 'age': {
      const high = quantity('duration', pattern.parts.join('*'), pattern, ['5m', '1h'])
      return { ...span(pattern), kind: 'range', low: null, high, lowOpen: false, highOpen: false }
    }
  }
}

function choice(name: string, { values = [] }: KeySpec, pattern: Pattern): Pattern {
  const parts = pattern.parts.map((part) => part.toLowerCase())
  const meant = parts.length === 1 ? [ALIASES[parts[0] ?? ''] ?? parts[0] ?? ''] : parts
  if (values.some(matcher({ ...pattern, parts: meant }))) return { ...pattern, parts: meant }
  refuse(`${name} is never "${pattern.parts.join('*')}"`, pattern, {
    expected: values,
    nearest: nearest(meant.join('*'), values) ?? null,
  })
}

/** `500ms` · `>500ms` · `400..499` · `..499` · `4xx` */
function range(name: string, of: Quantity, pattern: Pattern): Range {
  const text = pattern.parts.join('*')
  const number = (digits: string): number => quantity(of, digits, pattern)
  const bounds = { ...span(pattern), kind: 'range', low: null, high: null, lowOpen: false, highOpen: false } as const
  const hundreds = name === 'status' ? /^([1-9])xx$/i.exec(text)?.[1] : undefined
  if (hundreds !== undefined) return { ...bounds, low: Number(hundreds) * 100, high: Number(hundreds) * 100 + 99 }
  const [, sign, than] = /^([<>]=?|=)(.*)$/.exec(text) ?? []
  if (sign?.startsWith('>')) return { ...bounds, low: number(than ?? ''), lowOpen: sign === '>' }
  if (sign?.startsWith('<')) return { ...bounds, high: number(than ?? ''), highOpen: sign === '<' }
  const dots = text.indexOf('..')
  if (dots < 0) {
    const exact = number(sign === '=' ? (than ?? '') : text)
    return { ...bounds, low: exact, high: exact }
  }
  const [from, to] = [text.slice(0, dots), text.slice(dots + 2)]
  const [low, high] = [from === '' ? null : number(from), to === '' ? null : number(to)]
  if (low === null && high === null)
    refuse(`${name} needs a bound on one side of ..`, pattern, { expected: samples(of) })
  if (low !== null && high !== null && low > high) {
    refuse(`${from} is more than ${to}`, pattern, { nearest: `${to}..${from}` })
  }
  return { ...bounds, low, high }
}

function quantity(of: Quantity, text: string, pattern: Pattern, expected = samples(of)): number {
  const value = parseQuantity(text, of)
  if (value !== undefined) return value
  const [small, next] = of === 'size' ? ['b', 'kb'] : ['ms', 's']
  if (of !== 'number' && /^\d+(\.\d+)?$/.test(text)) {
    const readings = [`${text}${small}`, `${text}${next}`]
    refuse(`${text} of what`, pattern, { expected: readings, hint: `Write ${readings.join(' or ')}.` })
  }
  const units = Object.keys(UNITS[of]).join(', ')
  refuse(`"${text}" is not ${NOUN[of]}`, pattern, {
    expected,
    hint: `Write it as ${expected.join(', ')}${units === '' ? '' : `; units: ${units}`}.`,
  })
}

function samples(of: Quantity): string[] {
  if (of === 'number') return ['404', '>=400', '400..499']
  return of === 'size' ? ['>1kb', '1kb..1mb'] : ['>500ms', '1s..2s']
}

function span({ from, to }: Pattern): { from: number; to: number } {
  return { from, to }
}
