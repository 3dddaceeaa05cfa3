/** A server's process that is to be replaced by another of the same command, and how long the next one is waited for. */
import type { Clock } from '../pipe/clock.ts'
import type { Restart } from '../pipe/policy.ts'

/** What a fault wants done with the server's process. */
export interface Again extends Restart {
  readonly rule: string
}

export class NextProcess {
  readonly #clock: Clock
  #wanted: Again | undefined
  #hurry = false
  #due: () => void = () => undefined
  #giveUp: () => void = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get wanted(): Again | undefined {
    return this.#wanted
  }

  /** The process is to end, and another to be started. */
  want(again: Again): void {
    this.#wanted = again
    this.#hurry = false
  }

  /** There it is. */
  came(): void {
    this.#wanted = undefined
  }

  /** Nobody wants another. */
  giveUp(): void {
    this.#giveUp()
  }

  /** Resolves when nobody wants another. */
  givenUp(): Promise<void> {
    return new Promise((resolve) => (this.#giveUp = resolve))
  }

  /** Resolves when it is to be started, for good or for nothing. */
  async due({ afterMs }: Again): Promise<void> {
    if (this.#hurry) return
    let cancel = (): void => undefined
    const due = new Promise<void>((resolve) => {
      this.#due = resolve
      if (afterMs !== null) cancel = this.#clock.at(this.#clock.now() + afterMs * 1000, resolve)
    })
    await Promise.race([due, this.givenUp()])
    cancel()
    this.#due = () => undefined
  }

  /** It is waited for no longer, if it is for this rule's sake. */
  now(rule: string): void {
    if (this.#wanted?.rule !== rule) return
    // its process may still be about to end
    this.#hurry = true
    this.#due()
  }
}
