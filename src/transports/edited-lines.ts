/** Which lines of a head are looked at, and what becomes of these. */
import type { EditTable, LineEdit } from './edit-table.ts'
import { firstLetters, letterOf, mayBe, nameOf } from './field-line.ts'

/** Looked at in a message that is kept. */
export const CONTENT_LENGTH = 'content-length'

/** Of one direction. `kept`: in a message that is kept. */
export class EditedLines {
  readonly #table: EditTable
  readonly #start: EditTable['start']
  readonly #names: readonly string[]
  readonly #keptNames: readonly string[]
  /** Their first letters. */
  readonly #letters: number
  readonly #keptLetters: number

  constructor(table: EditTable) {
    this.#table = table
    this.#start = table.start
    this.#names = table.names
    this.#keptNames = [...table.names, CONTENT_LENGTH]
    this.#letters = firstLetters(this.#names)
    this.#keptLetters = firstLetters(this.#keptNames)
  }

  /** Start lines are looked at. */
  get starts(): boolean {
    return this.#start !== undefined
  }

  /** The first byte of a line tells of most that nothing is done to them. */
  passes(byte: number, first: boolean, kept: boolean): boolean {
    return first ? this.#start === undefined : ((kept ? this.#keptLetters : this.#letters) & letterOf(byte)) === 0
  }

  /** A field line, as far as it has come, may become one that is looked at. */
  mayBe(part: Uint8Array, kept: boolean): boolean {
    return mayBe(part, kept ? this.#keptNames : this.#names)
  }

  /** Name of the field, where it is looked at. */
  nameOf(line: Uint8Array, kept: boolean): string | undefined {
    return nameOf(line, kept ? this.#keptNames : this.#names)
  }

  start(line: Uint8Array): LineEdit | null {
    return this.#start?.(line) ?? null
  }

  edit(name: string | undefined, line: Uint8Array): LineEdit | null {
    return name === undefined ? null : this.#table.line(name, line)
  }
}
