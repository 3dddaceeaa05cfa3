import type { EditRecord, EditSet } from '../store/records.ts'

/** Makes equal sets of edits one object, so that the `Host` of every request is one row. At most 10,000 are remembered. */
export class EditInterner {
  readonly #sets = new Map<string, EditSet>()
  #last: EditSet | null = null

  /** The bytes of the edits are copied where the set is new. */
  intern(edits: readonly EditRecord[]): EditSet {
    if (this.#last !== null && sameEdits(this.#last.edits, edits)) return this.#last
    const key = edits.map(keyOf).join('|')
    let set = this.#sets.get(key)
    if (set === undefined) {
      if (this.#sets.size >= 10_000) this.#sets.clear()
      set = { edits: edits.map(copyOf), ids: null }
      this.#sets.set(key, set)
    }
    return (this.#last = set)
  }
}

function keyOf({ offset, length, removed, bytes, rule }: EditRecord): string {
  const put = bytes === null ? '-' : Buffer.from(bytes).toString('base64')
  return `${offset} ${length} ${rule} ${Buffer.from(removed).toString('base64')} ${put}`
}

const copyOf = ({ offset, length, removed, bytes, rule }: EditRecord): EditRecord => ({
  offset,
  length,
  removed: new Uint8Array(removed),
  bytes: bytes === null ? null : new Uint8Array(bytes),
  rule,
})

function sameEdits(a: readonly EditRecord[], b: readonly EditRecord[]): boolean {
  return a.length === b.length && a.every((edit, i) => sameEdit(edit, b[i]!))
}

function sameEdit(a: EditRecord, b: EditRecord): boolean {
  if (a.length !== b.length) return false
  return a.offset === b.offset && a.rule === b.rule && sameBytes(a.removed, b.removed) && sameBytes(a.bytes, b.bytes)
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
