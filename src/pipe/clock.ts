/** The one clock. Instants are integer microseconds since the epoch; they never run backwards. */
export interface Clock {
  now(): number
  /** Calls back at `at` or later, never early. Returns a function that cancels. */
  at(at: number, then: () => void): () => void
}

/** Below this a step of the wall clock is taken for jitter. */
const STEP_MS = 100

export interface AnchoredClock extends Clock {
  /**
   * Compares with the wall clock: CLOCK_MONOTONIC stands still in suspend. A step forward re-anchors; after a step backward
   * instants go on as before, for they may not run backwards. Gives the step in microseconds when there was one.
   */
  check(): number | undefined
}

/** A monotonic clock anchored to the wall clock when it is made. `wall` and `monotonic` are milliseconds. */
export function createClock(
  wall: () => number = Date.now,
  monotonic: () => number = performance.now.bind(performance),
): AnchoredClock {
  let anchor = wall() - monotonic()
  let known = 0

  const now = (): number => Math.round((anchor + monotonic()) * 1000)

  const at = (due: number, then: () => void): (() => void) => {
    let timer: NodeJS.Timeout
    // setTimeout fires up to 0.8 ms early (measured), so it is armed again until the instant has come
    const arm = (): void => {
      const left = (due - now()) / 1000
      if (left <= 0) then()
      else timer = setTimeout(arm, Math.min(left, 2 ** 31 - 1))
    }
    timer = setTimeout(arm, Math.max(0, Math.min((due - now()) / 1000, 2 ** 31 - 1)))
    return () => clearTimeout(timer)
  }

  const check = (): number | undefined => {
    const step = wall() - (anchor + monotonic())
    if (Math.abs(step - known) < STEP_MS) return undefined
    const seen = step - known
    if (step > 0) {
      anchor += step
      known = 0
    } else {
      known = step
    }
    return Math.round(seen * 1000)
  }

  return { now, at, check }
}
