/**
 * JSON as it was written: numbers keep their digits, objects their order and their duplicate names (RFC 8259 §4, §6
 * leave both to the reader, and a peer may trip over them).
 */
export type JsonNode =
  | { readonly type: 'object'; readonly entries: readonly JsonEntry[] }
  | { readonly type: 'array'; readonly items: readonly JsonNode[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'literal'; readonly text: 'true' | 'false' | 'null' }

export interface JsonEntry {
  readonly name: string
  readonly value: JsonNode
}

/** Deeper than this is shown as text: the tree could not be drawn anyway. */
export const maxDepth = 500

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const space = /[ \t\n\r]*/y
const literals = ['true', 'false', 'null'] as const

/** Parses a whole text; null when it is no JSON, or nested deeper than `maxDepth`. */
export function parseJson(source: string): JsonNode | null {
  const reader = { source, at: 0 }
  skip(reader)
  const node = readValue(reader, 0)
  skip(reader)
  return node !== null && reader.at === source.length ? node : null
}

interface Reader {
  readonly source: string
  at: number
}

function match(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.source)
  if (found === null) return null
  reader.at += found[0].length
  return found[0]
}

const skip = (reader: Reader) => void match(reader, space)

function take(reader: Reader, char: string): boolean {
  if (reader.source[reader.at] !== char) return false
  reader.at++
  return true
}

function readValue(reader: Reader, depth: number): JsonNode | null {
  const char = reader.source[reader.at]
  if (char === '{') return depth < maxDepth ? readObject(reader, depth) : null
  if (char === '[') return depth < maxDepth ? readArray(reader, depth) : null
  if (char === '"') {
    const value = readString(reader)
    return value === null ? null : { type: 'string', value }
  }
  for (const literal of literals) {
    if (!reader.source.startsWith(literal, reader.at)) continue
    reader.at += literal.length
    return { type: 'literal', text: literal }
  }
  const digits = match(reader, number)
  return digits === null ? null : { type: 'number', text: digits }
}

function readString(reader: Reader): string | null {
  let end = reader.at
  do end = reader.source.indexOf('"', end + 1)
  while (end > 0 && isEscaped(reader.source, end))
  if (end < 0) return null
  const quoted = reader.source.slice(reader.at, end + 1)
  reader.at = end + 1
  try {
    return JSON.parse(quoted) as string
  } catch {
    return null
  }
}

/** An odd number of backslashes before it. */
function isEscaped(source: string, at: number): boolean {
  let from = at
  while (source[from - 1] === '\\') from--
  return (at - from) % 2 === 1
}

function readObject(reader: Reader, depth: number): JsonNode | null {
  const entries: JsonEntry[] = []
  reader.at++
  skip(reader)
  if (take(reader, '}')) return { type: 'object', entries }
  do {
    skip(reader)
    const name = reader.source[reader.at] === '"' ? readString(reader) : null
    skip(reader)
    if (name === null || !take(reader, ':')) return null
    skip(reader)
    const value = readValue(reader, depth + 1)
    if (value === null) return null
    entries.push({ name, value })
    skip(reader)
  } while (take(reader, ','))
  return take(reader, '}') ? { type: 'object', entries } : null
}

function readArray(reader: Reader, depth: number): JsonNode | null {
  const items: JsonNode[] = []
  reader.at++
  skip(reader)
  if (take(reader, ']')) return { type: 'array', items }
  do {
    skip(reader)
    const value = readValue(reader, depth + 1)
    if (value === null) return null
    items.push(value)
    skip(reader)
  } while (take(reader, ','))
  return take(reader, ']') ? { type: 'array', items } : null
}
