/**
 * From text to tree.
 *
 * ```
 * filter      = [ all { "or" all } ]
 * all         = factor { [ "and" ] factor }
 * factor      = "-" factor | "(" filter ")" | term
 * term        = [ key ":" ] value { "|" value }          no key: text
 * value       = { plain | "*" | quoted }                 of header: name [ "=" value { "|" value } ]
 * quoted      = '"' … '"'                                with \" and \\
 * ```
 */
import { nearest } from '../errors/nearest.ts'
import { type Key, KEYS, keySpec } from './keys.ts'
import { refuse } from './problem.ts'
import type { Filter, Node, Pattern, Span, Term } from './tree.ts'
import { valueOf } from './values.ts'

/** Characters a filter may have. */
const MAX_LENGTH = 4096
/** Parentheses and minus signs within each other. */
const MAX_DEPTH = 50
/** Wildcards in one value. */
const MAX_STARS = 8

const BLANK = /\s*/y
const WORD_OR = /or(?=[\s()]|$)/iy
const WORD_AND = /and(?=[\s()]|$)/iy
const KEY = /([A-Za-z][A-Za-z0-9_-]*):/y
const FIELD = /[!#$%&'+.^_`~0-9A-Za-z-]+/y
/** Up to what ends a piece of a value, or is more than a character. */
const PLAIN = /[^\s()|"*]+/y

/** Reads a filter; the empty one is true of everything. Throws `FILTER_INVALID`, with a `FilterProblem` as its cause. */
export function parseFilter(text: string): Filter {
  if (text.length > MAX_LENGTH) {
    refuse(`a filter has at most ${MAX_LENGTH} characters`, { from: MAX_LENGTH, to: text.length })
  }
  const reading = new Reading(text)
  const root = reading.any()
  if (!reading.over) refuse('nothing is open that this would close', { from: reading.at, to: reading.at + 1 })
  return { text, root }
}

class Reading {
  at = 0
  readonly #text: string
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#skip(BLANK)
  }

  get over(): boolean {
    return this.at >= this.#text.length
  }

  any(): Node {
    const from = this.at
    const nodes = [this.#all()]
    while (this.#word(WORD_OR)) {
      const next = this.#all()
      if (isEmpty(next)) refuse('nothing stands behind "or"', { from: next.from - 1, to: next.from })
      nodes.push(next)
    }
    const [only = this.#empty()] = nodes
    if (nodes.length === 1) return only
    if (isEmpty(only)) refuse('nothing stands before "or"', { from, to: from + 2 }, { hint: OR_HINT })
    return { kind: 'or', nodes, from, to: nodes.at(-1)?.to ?? from }
  }

  #all(): Node {
    const nodes: Node[] = []
    while (!this.over && this.#next !== ')' && !this.#is(WORD_OR)) {
      const from = this.at
      if (nodes.length > 0 && this.#word(WORD_AND) && (this.over || this.#next === ')' || this.#is(WORD_OR))) {
        refuse('nothing stands behind "and"', { from, to: from + 3 })
      }
      nodes.push(this.#factor())
    }
    const [only] = nodes
    if (only !== undefined && nodes.length === 1) return only
    return nodes.length === 0 ? this.#empty() : { kind: 'and', nodes, from: only!.from, to: nodes.at(-1)!.to }
  }

  #factor(): Node {
    const from = this.at
    if (++this.#depth > MAX_DEPTH)
      refuse(`more than ${MAX_DEPTH} parentheses within each other`, { from, to: from + 1 })
    const node = this.#next === '-' ? this.#negated(from) : this.#next === '(' ? this.#group(from) : this.#term()
    this.#depth--
    return node
  }

  #negated(from: number): Node {
    this.at++
    if (this.over || /[\s)]/.test(this.#next)) refuse('nothing stands behind the minus', { from, to: from + 1 })
    const node = this.#factor()
    return { kind: 'not', node, from, to: node.to }
  }

  #group(from: number): Node {
    this.at++
    this.#skip(BLANK)
    const node = this.any()
    if (this.#next !== ')')
      refuse('the parenthesis is not closed', { from, to: from + 1 }, { expected: [')'], hint: 'It ends with ).' })
    if (isEmpty(node)) refuse('nothing stands between the parentheses', { from, to: this.at + 1 })
    this.at++
    this.#border()
    return node
  }

  #term(): Term {
    const from = this.at
    const name = this.#taken(KEY)?.slice(0, -1)
    const key = name === undefined ? 'text' : keyNamed(name, { from, to: this.at - 1 })
    if (key === 'header') return this.#header(from)
    const values = this.#patterns().map((pattern) => valueOf(key, KEYS[key], pattern))
    const to = this.at
    this.#border()
    return { kind: 'term', key, field: null, values, from, to }
  }

  #header(from: number): Term {
    const start = this.at
    const field = this.#taken(FIELD)?.toLowerCase()
    if (field === undefined) refuse('header needs the name of a field', { from: start, to: start }, HEADER)
    const equals = this.#next === '='
    if (equals) this.at++
    else if (/[|*"]/.test(this.#next))
      refuse('that cannot be part of a field name', { from: this.at, to: this.at + 1 }, HEADER)
    const values = equals ? this.#patterns() : []
    const to = this.at
    this.#border()
    return { kind: 'term', key: 'header', field, values, from, to }
  }

  #patterns(): Pattern[] {
    const found = [this.#pattern()]
    while (this.#next === '|') {
      this.at++
      found.push(this.#pattern())
    }
    return found
  }

  #pattern(): Pattern {
    const from = this.at
    const parts = ['']
    for (;;) {
      const last = parts.length - 1
      const piece = this.#next === '"' ? this.#quoted() : this.#taken(PLAIN)
      if (piece !== undefined) parts[last] += piece
      else if (this.#next === '*') {
        this.at++
        // two stars say no more than one
        if (parts[last] !== '' || last === 0) parts.push('')
      } else break
    }
    if (from === this.at) refuse('a value is missing', { from, to: from })
    if (parts.length > MAX_STARS + 1) refuse(`more than ${MAX_STARS} wildcards`, { from, to: this.at })
    return { kind: 'pattern', parts, from, to: this.at }
  }

  #quoted(): string {
    const from = this.at
    let found = ''
    for (this.at++; this.#next !== '"'; this.at++) {
      if (this.#next === '\\') this.at++
      if (this.over)
        refuse('the quote is not closed', { from, to: this.at }, { expected: ['"'], hint: 'It ends with ".' })
      found += this.#next
    }
    this.at++
    return found
  }

  /** Behind a term or a group. */
  #border(): void {
    if (this.#next === '(') {
      refuse(
        'a parenthesis belongs behind a space',
        { from: this.at, to: this.at + 1 },
        { hint: 'To look for one, quote the value.' },
      )
    }
    if (this.#next !== ')' && !this.over && !this.#is(/\s/y)) {
      refuse(
        'a space is missing',
        { from: this.at, to: this.at + 1 },
        { expected: [' '], hint: 'Put one between the two.' },
      )
    }
    this.#skip(BLANK)
  }

  get #next(): string {
    return this.#text[this.at] ?? ''
  }

  #is(sticky: RegExp): boolean {
    sticky.lastIndex = this.at
    return sticky.test(this.#text)
  }

  #taken(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at
    const found = sticky.exec(this.#text)?.[0]
    this.at += found?.length ?? 0
    return found
  }

  #skip(sticky: RegExp): void {
    this.#taken(sticky)
  }

  #word(sticky: RegExp): boolean {
    const found = this.#taken(sticky) !== undefined
    if (found) this.#skip(BLANK)
    return found
  }

  #empty(): Node {
    return { kind: 'and', nodes: [], from: this.at, to: this.at }
  }
}

const OR_HINT = 'To look for the word itself, quote it.'
const HEADER = { expected: ['content-type', 'mcp-session-id=*'], hint: 'Write header:name, or header:name=value.' }

function isEmpty(node: Node): boolean {
  return node.kind === 'and' && node.nodes.length === 0
}

function keyNamed(name: string, where: Span): Key {
  const lower = name.toLowerCase()
  if (keySpec(lower) !== undefined) return lower as Key
  const names = Object.keys(KEYS)
  const near = nearest(name, names)
  refuse(`there is no key "${name}"`, where, {
    expected: names.map((known) => `${known}:`),
    nearest: near === undefined ? null : `${near}:`,
    ...(near === undefined && { hint: `There are ${names.join(', ')}. To look for that text, quote it.` }),
  })
}
