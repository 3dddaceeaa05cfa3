/** The state of the capture and of those who write into it. */
import type { Reader } from '../store/index.ts'
import type { Status } from './contract.ts'

/** What the desk knows from the one who started it. */
export interface Setting {
  readonly version: string
  /** Null where there is no proxy in this process. */
  readonly proxyUrl: string | null
  readonly target: string | null
  /** All servers behind this process; absent or empty where there is none. */
  readonly servers?: Status['servers']
}

/** Without a heartbeat for this long (µs) a process is taken for dead. */
const DEAD_AFTER = 5_000_000

/** `now` in microseconds since the epoch. */
export function statusOf(reader: Reader, { version, proxyUrl, target, servers = [] }: Setting, now: number): Status {
  const { sessions, frames, calls, bytes } = reader.totals()
  return {
    version,
    capture: { path: reader.path, bytes, seq: reader.seq() },
    totals: { sessions, frames, calls },
    instances: reader.instances().filter(({ endedAt, seenAt }) => endedAt === null && now - seenAt < DEAD_AFTER),
    losses: reader.losses(),
    proxyUrl,
    target,
    servers,
    now,
  }
}
