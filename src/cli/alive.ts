import type { Reader } from '../store/index.ts'

/** Without a heartbeat for this long a process is taken for dead, in microseconds. */
const DEAD_AFTER = 5_000_000

/** Processes that still record into the capture. What a killed one left open stays open in the capture, and is over all the same. */
export const aliveInstances = (reader: Pick<Reader, 'instances'>, now: number): ReadonlySet<number> =>
  new Set(
    reader
      .instances()
      .filter(({ endedAt, seenAt }) => endedAt === null && now - seenAt < DEAD_AFTER)
      .map(({ id }) => id),
  )
