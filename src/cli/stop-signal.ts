const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What we need of `process`. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  exit(code: number): void
}

/**
 * Gives a function that starts listening for SIGINT, SIGTERM and SIGHUP when it is first called. The first one aborts the signal it
 * returns; a second one ends the process at once, with the shell's 128 + n for SIGINT. Commands that never ask die of signals as usual.
 */
export const stopSignal = (source: SignalSource): (() => AbortSignal) => {
  let controller: AbortController | undefined
  return () => {
    if (controller) return controller.signal
    const made = new AbortController()
    for (const name of SIGNALS) {
      source.on(name, () => {
        if (made.signal.aborted) source.exit(130)
        else made.abort(name)
      })
    }
    controller = made
    return made.signal
  }
}

/** Resolves when the signal aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
