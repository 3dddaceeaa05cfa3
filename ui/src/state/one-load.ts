import { signal } from '@preact/signals'
import type { ApiError } from '../../../src/api/contract.ts'
import { errorOf } from '../api/client.ts'

export type Loading = 'window' | 'older' | 'newer'

/** One load at a time, but that a new window ends whatever runs. */
export class OneLoad {
  /** What is being loaded. */
  readonly loading = signal<Loading | null>(null)
  /** Why the last one failed. */
  readonly error = signal<ApiError | null>(null)
  readonly #done: () => void
  #run = new AbortController()

  /** `done`: told after each that was not ended by another. */
  constructor(done: () => void) {
    this.#done = done
  }

  /** Ends with the window that is shown. */
  get signal(): AbortSignal {
    return this.#run.signal
  }

  async run(what: Loading, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (what !== 'window' && this.loading.value !== null) return
    if (what === 'window') {
      this.#run.abort()
      this.#run = new AbortController()
    }
    const { signal } = this.#run
    this.loading.value = what
    try {
      await work(signal)
      if (!signal.aborted) this.error.value = null
    } catch (cause) {
      this.failed(cause, signal)
    }
    if (signal.aborted) return
    this.loading.value = null
    this.#done()
  }

  failed(cause: unknown, { aborted }: AbortSignal): void {
    if (!aborted) this.error.value = errorOf(cause)
  }
}
