import type { PruneReport } from '../store/prune.ts'
import type { Writer } from '../store/writer.ts'

/** Bounds on the capture; what is oldest goes when they are passed, running sessions never. */
export interface Limits {
  /** Bytes it may need. Default: no bound. */
  readonly maxBytes?: number
  /** How long ago a session may last have been active, in ms. Default: no bound. */
  readonly maxAgeMs?: number
}

/** Bound of the capture that all share, unless something else is said. */
const USUAL_BYTES = 2 * 1024 ** 3

/** What holds where nothing is said: 2 GiB for the usual capture, no bound for one that was `named`: somebody's own file is theirs to prune. */
export function limitsFor(named: boolean, { maxBytes, maxAgeMs }: Limits): Limits {
  return { maxBytes: maxBytes ?? (named ? Infinity : USUAL_BYTES), maxAgeMs: maxAgeMs ?? Infinity }
}

/** Keeps a capture within its limits, a step at a time. */
export interface Upkeep {
  /** To be asked now and then: begins when a limit is passed. True while there are steps to take. */
  due(now: number): boolean
  /** One transaction of at most 500 rows. What is done when the last was taken; null before. */
  step(): PruneReport | null
  /** After an error: begins anew when it is due again. */
  leave(): void
}

/** Pruned to this part of the size, so that not every session more begins it again. */
const ROOM = 0.9
/** What has grown too old is looked for so often, in µs. */
const AGE_EVERY = 60_000_000

export function createUpkeep(writer: Pick<Writer, 'usedBytes' | 'pruning'>, { maxBytes, maxAgeMs }: Limits): Upkeep {
  const most = maxBytes ?? Number.POSITIVE_INFINITY
  const oldest = maxAgeMs ?? Number.POSITIVE_INFINITY
  let steps: Generator<void, PruneReport> | undefined
  let lookedAt = 0
  /** So much could not go the last time: without more than that it is not tried again. */
  let stuckAt = 0

  return {
    due(now) {
      if (steps !== undefined) return true
      const used = Number.isFinite(most) ? writer.usedBytes() : 0
      const tooBig = used > Math.max(most, stuckAt * (2 - ROOM))
      const tooOld = Number.isFinite(oldest) && now - lookedAt >= AGE_EVERY
      if (tooOld) lookedAt = now
      if (!tooBig && !tooOld) return false
      steps = writer.pruning({
        now,
        ...(used > most ? { maxBytes: Math.floor(most * ROOM) } : {}),
        ...(Number.isFinite(oldest) ? { maxAgeMs: oldest } : {}),
      })
      return true
    },
    step() {
      const taken = steps?.next()
      if (taken === undefined || taken.done !== true) return null
      steps = undefined
      stuckAt = taken.value.sizeBytes > most ? taken.value.sizeBytes : 0
      return taken.value
    },
    leave() {
      steps = undefined
    },
  }
}
