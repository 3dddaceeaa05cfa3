/**
 * The contiguous part of the list held in memory, ascending by id. Kept outside signals: whoever changes it says so
 * through a version of its own.
 */
export class RowWindow<Row extends { readonly id: number }> {
  /** There are older rows in the capture. */
  hasOlder = false
  /** There are newer rows in the capture: the window does not end at the live end. */
  hasNewer = false
  #rows: Row[] = []

  get rows(): readonly Row[] {
    return this.#rows
  }

  get firstId(): number | null {
    return this.#rows[0]?.id ?? null
  }

  get lastId(): number | null {
    return this.#rows.at(-1)?.id ?? null
  }

  /** Index of the first row whose id is at least `id`; the length when there is none. */
  lowerBound(id: number): number {
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#rows[middle]!.id < id) low = middle + 1
      else high = middle
    }
    return low
  }

  get(id: number): Row | undefined {
    const row = this.#rows[this.lowerBound(id)]
    return row?.id === id ? row : undefined
  }

  reset(rows: readonly Row[], hasOlder: boolean, hasNewer: boolean): void {
    this.#rows = [...rows]
    this.hasOlder = hasOlder
    this.hasNewer = hasNewer
  }

  /** Puts older rows in front; those already held are replaced. */
  prepend(rows: readonly Row[]): void {
    const first = this.firstId
    const fresh = first === null ? rows : rows.filter((row) => row.id < first)
    this.#rows = fresh.concat(this.#rows)
  }

  /** Puts rows in by id, replacing what has the same; gives how many are new. Ascending input at the end is cheap. */
  merge(rows: readonly Row[]): number {
    let added = 0
    for (const row of rows) {
      const last = this.lastId
      if (last === null || row.id > last) {
        this.#rows.push(row)
        added++
        continue
      }
      const index = this.lowerBound(row.id)
      if (this.#rows[index]!.id === row.id) this.#rows[index] = row
      else {
        this.#rows.splice(index, 0, row)
        added++
      }
    }
    return added
  }

  /** Replaces a row if it is held; false otherwise. */
  update(row: Row): boolean {
    const index = this.lowerBound(row.id)
    if (this.#rows[index]?.id !== row.id) return false
    this.#rows[index] = row
    return true
  }

  /** False where it was not held. */
  remove(id: number): boolean {
    const index = this.lowerBound(id)
    if (this.#rows[index]?.id !== id) return false
    this.#rows.splice(index, 1)
    return true
  }

  /** Lets go of the oldest rows over `limit`. */
  trimOldest(limit: number): void {
    if (this.#rows.length <= limit) return
    this.#rows = this.#rows.slice(this.#rows.length - limit)
    this.hasOlder = true
  }

  /** Lets go of the newest rows over `limit`. */
  trimNewest(limit: number): void {
    if (this.#rows.length <= limit) return
    this.#rows = this.#rows.slice(0, limit)
    this.hasNewer = true
  }
}
