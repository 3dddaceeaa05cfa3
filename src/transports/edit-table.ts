/** What is edited in what passes. */
import type { Http1Head } from '../wire/http1.ts'
import type { BodyDecision } from './body-edits.ts'

/** A replacement inside one line, by index into the line. `secret`: the record keeps that there was one, not its text. */
export interface LineEdit {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
  readonly rule: string
  readonly secret?: boolean
}

/** What is edited in the heads of one direction. */
export interface EditTable {
  /** Names of fields, lower case, that `line` may want to edit. */
  readonly names: readonly string[]
  /** `line`: a whole line with its end, `name` one of `names`. Null leaves it as it is. */
  line(name: string, line: Uint8Array): LineEdit | null
  /** Edits the start line, given whole with its end. Without it start lines leave as they come. */
  readonly start?: ((line: Uint8Array) => LineEdit | null) | undefined
  /** Lines put in front of the first field of every head. */
  readonly insert: readonly { readonly bytes: Uint8Array; readonly rule: string; readonly secret: boolean }[]
}

/** Who edits bodies. */
export interface BodyWatch {
  /** A message begins: whether its head is to be kept until it is complete. */
  keeps(): boolean
  /** A head is complete, 1xx included: what decides about its body, or undefined to let it pass. */
  decision(head: Http1Head): BodyDecision | undefined
  /** It was to be looked at, or edited, and was not. `what`: the URL left as it is, or the reason. */
  unedited(what: string): void
}
