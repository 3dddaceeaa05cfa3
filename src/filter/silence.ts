/** What can be told of a message by the words that do not stand in it, without reading it. */
import { settle } from './analyse.ts'
import { compile } from './compile.ts'
import { type Key, KEYS } from './keys.ts'
import type { Subject } from './subject.ts'
import { type Filter, type Term, termsOf } from './tree.ts'

export interface Silence {
  /** How JSON strings begin that the filter names, each with its quote: `"tools/call"`, `"file:`. ASCII. */
  readonly words: readonly string[]
  /**
   * False where it cannot hold of a message, or of its answer, if none of the words stands in the message. Of the subject only what
   * heads say is asked, and what is known of its session where `ofSession` says so.
   */
  couldHold(subject: Subject, ofSession: boolean): boolean
}

const BY_HEAD: ReadonlySet<Key> = new Set([
  ...(['server', 'tap', 'dir', 'path', 'verb', 'header', 'status', 'stream'] as const),
  ...(['outcome', 'ending', 'duration', 'fault'] as const),
])
const BY_SESSION: ReadonlySet<Key> = new Set(['session', 'client', 'era', 'transport'])
const BY_WORDS: ReadonlySet<Key> = new Set(['method', 'tool', 'uri'])
/** Fields that differ between messages that are taken for alike. */
const PASSING: ReadonlySet<string | null> = new Set(['content-length', 'date'])

/** Costs a walk of the tree: for when a rule is made. */
export function silenceOf({ root }: Filter): Silence {
  const words = new Map<Term, readonly string[] | null>(termsOf(root).map((term) => [term, wordsOf(term)]))
  const asks = new Map([...words.keys()].map((term) => [term, compile({ text: '', root: term })]))
  const decide = (term: Term, subject: Subject, ofSession: boolean): boolean | undefined => {
    if (words.get(term) != null) return false
    const isKnown = BY_HEAD.has(term.key) ? !PASSING.has(term.field) : ofSession && BY_SESSION.has(term.key)
    return isKnown ? asks.get(term)?.(subject) : undefined
  }
  return {
    words: [...new Set([...words.values()].flatMap((each) => each ?? []))],
    couldHold: (subject, ofSession) => settle(root, (term) => decide(term, subject, ofSession)) !== false,
  }
}

/** Without one of them the term is false; null where that cannot be said. */
function wordsOf({ key, values }: Term): string[] | null {
  if (!BY_WORDS.has(key) || 'caseless' in KEYS[key] || values.length === 0) return null
  const words = values.map((value) => {
    const [first = '', ...rest] = value.kind === 'pattern' ? value.parts : []
    return /^[ !#-[\]-~]+$/.test(first) ? `"${first}${rest.length === 0 ? '"' : ''}` : null
  })
  return words.every((word) => word !== null) ? words : null
}
