import { isBare, parseBytes, parseDuration } from '../faults/values.ts'

/** A port: a whole number from 0 to 65535; undefined when it is none. 0 asks for any free one. */
export const parsePort = (text: string): number | undefined =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined

/** A bound on the capture: a size in bytes, an age in milliseconds, Infinity for `none`. Undefined when it is no such thing, or has no unit. */
export const parseLimit = (text: string, of: 'size' | 'age'): number | undefined => {
  if (/^(none|off|unlimited)$/i.test(text.trim())) return Infinity
  if (isBare(text)) return undefined
  return of === 'size' ? parseBytes(text) : parseDuration(text)
}

/** Words of a command, apart by blanks; quotes hold a word together. Undefined when a quote is left open. */
export const commandWords = (text: string): string[] | undefined => {
  const words: string[] = []
  const rest = text.replace(/\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)/g, (_, word: string) => {
    words.push(word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
    return ''
  })
  return rest.trim() === '' ? words : undefined
}

/** Yes or no as people write them into environments; undefined for anything else. */
export const parseBoolean = (text: string): boolean | undefined => {
  if (/^(1|true|yes|on)$/i.test(text)) return true
  return /^(0|false|no|off|)$/i.test(text) ? false : undefined
}

/** RFC 9110 §5.6.2: what a field name may consist of. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** True for a field name and value that can stand in a head: no line break, no NUL (RFC 9110 §5.5). */
export const isHeader = (name: string, value: string): boolean => TOKEN.test(name) && !/[\r\n\0]/.test(value)

/** True for what `parsePublicUrl` takes. */
export const isPublicUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).href === `${new URL(text).origin}/`

/** True for a regular expression that compiles. */
export const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text).source !== ''
  } catch {
    return false
  }
}
