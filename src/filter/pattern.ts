/** Texts against patterns, without regular expressions: a filter is written by anyone, and a pattern of many stars must not take for ever. */
import type { Pattern } from './tree.ts'

/** ASCII letters made small, as SQLite's LIKE compares them. The same text when there is nothing to do. */
export function folded(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()) : text
}

/** Whether the whole of a text fits. `caseless`: ASCII letters of either case. */
export function matcher({ parts }: Pick<Pattern, 'parts'>, caseless = false): (text: string) => boolean {
  const fits = whole(caseless ? parts.map(folded) : parts)
  return caseless ? (text) => fits(folded(text)) : fits
}

/** Whether it is somewhere in a text that is `folded`. */
export function finder({ parts }: Pick<Pattern, 'parts'>): (text: string) => boolean {
  const wanted = parts.map(folded)
  return (text) => {
    let at = 0
    for (const part of wanted) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return true
  }
}

function whole(parts: readonly string[]): (text: string) => boolean {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return (text) => text === first
  const shortest = first.length + last.length
  if (rest.length === 0) return (text) => text.length >= shortest && text.startsWith(first) && text.endsWith(last)
  return (text) => {
    if (text.length < shortest || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (const part of rest) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= text.length - last.length
  }
}
