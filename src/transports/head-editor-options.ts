/** What a head editor is to do, and whom it tells. */
import type { Http1Head, Outstanding } from '../wire/http1.ts'
import type { BodyWatch, EditTable } from './edit-table.ts'

export interface HeadEditorOptions {
  readonly side: 'request' | 'response'
  readonly outstanding: Outstanding
  readonly table: EditTable
  /** Where the bytes go. */
  readonly write: (bytes: Uint8Array) => void
  /** An edit was made at this address; `removed` bytes gave way to `bytes`. */
  readonly edited: (offset: number, removed: number, bytes: Uint8Array, rule: string, was?: Uint8Array) => void
  /** Calls back when a held line has waited long enough; gives a function that cancels. */
  readonly holdTime: (then: () => void) => () => void
  /** A held line was let go without its end. */
  readonly released: () => void
  /** A head is complete. */
  readonly head?: (head: Http1Head) => void
  readonly bodies?: BodyWatch | undefined
  /** What passes is no HTTP (any more). */
  readonly opaque?: () => void
  /** Address of the next byte, as long as none is being written. */
  readonly given?: () => number
  /** What was to be inserted will not find its place. */
  readonly notInserted?: (bytes: Uint8Array, rule: string) => void
}

/** The same, but that it writes elsewhere, and that edits are not told. */
export function untold(options: HeadEditorOptions, write: HeadEditorOptions['write']): HeadEditorOptions {
  const { side, outstanding, table, bodies } = options
  return {
    side,
    outstanding,
    table,
    bodies,
    write,
    edited: () => undefined,
    holdTime: (then) => options.holdTime(then),
    released: () => options.released(),
    head: (head) => options.head?.(head),
    opaque: () => options.opaque?.(),
  }
}
