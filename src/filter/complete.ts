/** What could stand at the cursor of a filter that is being written. */
import { type Key, KEYS, keySpec, type KeySpec } from './keys.ts'
import type { Span } from './tree.ts'

/** Put in place of `from..to` of the text. */
export interface Candidate {
  readonly text: string
  readonly summary: string
}

/** `from..to`: what a candidate would replace. */
export interface Completion extends Span {
  readonly candidates: readonly Candidate[]
}

/** Values there are in the capture, by key. */
export type KnownValues = { readonly [key in Key]?: readonly string[] }

const MAX_CANDIDATES = 20

/** Keys where a word begins, values behind a key: those that begin as what is there, then those that hold it. Nothing within quotes. */
export function complete(text: string, cursor: number, known: KnownValues = {}): Completion {
  const start = wordStart(text, cursor)
  if (start === null) return { from: cursor, to: cursor, candidates: [] }
  const sign = text[start] === '-' ? 1 : 0
  const word = text.slice(start + sign, cursor)
  const colon = word.indexOf(':')
  const rest = /^[^\s()|"]*/.exec(text.slice(cursor))?.[0].length ?? 0
  if (colon < 0) {
    const from = start + sign
    return { from, to: cursor + rest, candidates: keysLike(word) }
  }
  const name = word.slice(0, colon).toLowerCase()
  const spec = keySpec(name)
  const value = word.slice(colon + 1)
  const from = start + sign + colon + 1 + value.lastIndexOf('|') + 1
  if (spec === undefined) return { from, to: cursor + rest, candidates: [] }
  return { from, to: cursor + rest, candidates: valuesLike(text.slice(from, cursor), spec, known[name as Key] ?? []) }
}

/** Where the word under the cursor begins; null within quotes. */
function wordStart(text: string, cursor: number): number | null {
  let start = 0
  let open = false
  for (let i = 0; i < cursor; i++) {
    if (open && text[i] === '\\') i++
    else if (text[i] === '"') open = !open
    else if (!open && /[\s()]/.test(text[i] ?? '')) start = i + 1
  }
  return open ? null : start
}

/** A word may be meant as text: only a key that begins as it does is worth a word. */
function keysLike(word: string): Candidate[] {
  return Object.entries(KEYS)
    .filter(([name]) => name.startsWith(word.toLowerCase()))
    .map(([name, { summary, sample }]) => ({ text: `${name}:`, summary: `${summary}, e.g. ${sample}` }))
}

function valuesLike(word: string, { values = [] }: KeySpec, known: readonly string[]): Candidate[] {
  const written = new Set([...known.map(asWritten), ...values])
  return ranked(
    word,
    [...written].map((text) => ({ text, summary: '' })),
  )
}

/** Quoted where it has to be. */
function asWritten(value: string): string {
  return /[\s()|"*\\]/.test(value) || value === '' ? `"${value.replace(/[\\"]/g, '\\$&')}"` : value
}

function ranked(word: string, candidates: readonly Candidate[]): Candidate[] {
  const wanted = word.toLowerCase()
  const at = (candidate: Candidate): number => candidate.text.toLowerCase().replace(/^"/, '').indexOf(wanted)
  const found = candidates.filter((candidate) => at(candidate) >= 0 && candidate.text !== word)
  return found.toSorted((a, b) => Math.min(at(a), 1) - Math.min(at(b), 1)).slice(0, MAX_CANDIDATES)
}
