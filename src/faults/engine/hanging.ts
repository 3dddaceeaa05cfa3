/** Dials that wait for a rule. */
export class Hanging {
  readonly #dials = new Map<number, { readonly rule: string; readonly goOn: () => void }>()

  /** `goOn` ends its waiting; nothing where it does not wait any more. */
  add(connection: number, rule: string, goOn: () => void): void {
    this.#dials.set(connection, { rule, goOn })
  }

  remove(connection: number): void {
    this.#dials.delete(connection)
  }

  /** The rule has gone. */
  healed(rule: string): void {
    for (const [connection, dial] of this.#dials) {
      if (dial.rule !== rule) continue
      this.#dials.delete(connection)
      dial.goOn()
    }
  }
}
