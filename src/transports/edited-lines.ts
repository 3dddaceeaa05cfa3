/** Which lines of a head are looked at, and what becomes of these. */
import type { EditTable, LineEdit } from './edit-table.ts'
import { firstLetters, letterOf, mayBe, nameOf } from './field-line.ts'

/** Looked at in a message that is kept. */
export const CONTENT_LENGTH = 'content-length'

/** Names of fields, those of a message that is kept as well, and their first letters. */
class Names {
  readonly all: readonly string[]
  readonly kept: readonly string[]
  readonly letters: number
  readonly keptLetters: number

  constructor(names: readonly string[]) {
    this.all = names
    this.kept = [...names, CONTENT_LENGTH]
    this.letters = firstLetters(names)
    this.keptLetters = firstLetters(this.kept)
  }
}

/** Connections of one listener have one list. */
const known = new WeakMap<readonly string[], Names>()

function namesOf(names: readonly string[]): Names {
  const found = known.get(names)
  if (found !== undefined) return found
  const made = new Names(names)
  known.set(names, made)
  return made
}

/** Of one direction. `kept`: in a message that is kept. */
export class EditedLines {
  readonly #table: EditTable
  readonly #start: EditTable['start']
  readonly #names: Names

  constructor(table: EditTable) {
    this.#table = table
    this.#start = table.start
    this.#names = namesOf(table.names)
  }

  /** Start lines are looked at. */
  get starts(): boolean {
    return this.#start !== undefined
  }

  /** The first byte of a line tells of most that nothing is done to them. */
  passes(byte: number, first: boolean, kept: boolean): boolean {
    if (first) return this.#start === undefined
    const { letters, keptLetters } = this.#names
    return ((kept ? keptLetters : letters) & letterOf(byte)) === 0
  }

  /** A field line, as far as it has come, may become one that is looked at. */
  mayBe(part: Uint8Array, kept: boolean): boolean {
    return mayBe(part, kept ? this.#names.kept : this.#names.all)
  }

  /** Name of the field, where it is looked at. */
  nameOf(line: Uint8Array, kept: boolean): string | undefined {
    return nameOf(line, kept ? this.#names.kept : this.#names.all)
  }

  start(line: Uint8Array): LineEdit | null {
    return this.#start?.(line) ?? null
  }

  edit(name: string | undefined, line: Uint8Array): LineEdit | null {
    return name === undefined ? null : this.#table.line(name, line)
  }
}
