/** Values of a filter as conditions on columns; the values themselves are bound, never written into the SQL. */
import { folded } from '../filter/pattern.ts'
import type { Pattern, Range, Value } from '../filter/tree.ts'

/** Path and query of `flow.target`, which in forward mode is a whole URL: as `pathOf`. */
const beyond = `substr(flow.target, instr(flow.target, '://') + 3)`
export const path = `CASE WHEN flow.target GLOB '[hHwW]*://*' AND instr(flow.target, '/') = instr(flow.target, '://') + 1
  THEN substr(${beyond}, instr(${beyond} || '/', '/')) ELSE flow.target END`

/** The same of a subject. */
export function pathOf(target: string): string {
  const scheme = target.indexOf('://')
  if (!/^[hw]/i.test(target) || scheme < 0 || target.indexOf('/') !== scheme + 1) return target
  const rest = target.slice(scheme + 3)
  return rest.includes('/') ? rest.slice(rest.indexOf('/')) : ''
}

/** Conditions of one statement, and what is bound to it. */
export class Conditions {
  readonly values: { [name: string]: string | number } = {}
  #count = 0

  /** The name a value is bound by. */
  value(value: string | number): string {
    const name = `f${this.#count++}`
    this.values[name] = value
    return `@${name}`
  }

  /** A text that fits one of the patterns. `caseless`: ASCII letters of either case, as NOCASE and LIKE have it. */
  text(column: string, values: readonly Value[], caseless: boolean): string {
    const all = values.filter((value) => value.kind === 'pattern')
    return or(all.map((pattern) => this.#pattern(column, pattern, caseless)))
  }

  /** A number within one of the ranges, whose bounds are `scale` of the column's. */
  number(column: string, values: readonly Value[], scale: number): string {
    const all = values.filter((value) => value.kind === 'range')
    return or(all.map((range) => this.#range(column, range, scale)))
  }

  #pattern(column: string, { parts }: Pattern, caseless: boolean): string {
    const [only = ''] = parts
    if (parts.length === 1) {
      return caseless ? `lower(${column}) = ${this.value(folded(only))}` : `${column} = ${this.value(only)}`
    }
    if (caseless) {
      const like = parts.map((part) => part.replace(/[\\%_]/g, '\\$&')).join('%')
      return `${column} LIKE ${this.value(like)} ESCAPE '\\'`
    }
    // within brackets a star, a question mark and a bracket are themselves
    return `${column} GLOB ${this.value(parts.map((part) => part.replace(/[?[*]/g, '[$&]')).join('*'))}`
  }

  #range(column: string, { low, high, lowOpen, highOpen }: Range, scale: number): string {
    if (low !== null && low === high) return `${column} = ${this.value(low * scale)}`
    const bounds = [
      ...(low === null ? [] : [`${column} ${lowOpen ? '>' : '>='} ${this.value(low * scale)}`]),
      ...(high === null ? [] : [`${column} ${highOpen ? '<' : '<='} ${this.value(high * scale)}`]),
    ]
    return bounds.join(' AND ')
  }
}

function or(conditions: readonly string[]): string {
  return conditions.length === 0 ? '0' : conditions.map((condition) => `(${condition})`).join(' OR ')
}
