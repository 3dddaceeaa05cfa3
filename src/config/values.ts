/** A port: a whole number from 0 to 65535; undefined when it is none. 0 asks for any free one. */
export const parsePort = (text: string): number | undefined =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined

const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** A size in bytes: `500mb`, `2 GiB`, `1.5g`, `4096`. Units count in 1024. Undefined when it is none. */
export const parseBytes = (text: string): number | undefined => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  return digits === '' ? undefined : Math.round(Number(digits) * (BYTE_UNITS[unit.toLowerCase()] ?? 1))
}

const MS_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** A time span in milliseconds: `500ms`, `90s`, `5m`, `12h`, `7d`, `2w`. Undefined when it is none. */
export const parseDuration = (text: string): number | undefined => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/i.exec(text.trim()) ?? []
  return digits === '' ? undefined : Math.round(Number(digits) * (MS_UNITS[unit.toLowerCase()] ?? 1))
}

/** A bound on the capture: a size in bytes, an age in milliseconds, Infinity for `none`. Undefined when it is no such thing. */
export const parseLimit = (text: string, of: 'size' | 'age'): number | undefined => {
  if (/^(none|off|unlimited)$/i.test(text.trim())) return Infinity
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
