import type { ConnectionInfo, Tap, UpstreamInfo } from '../pipe/tap.ts'
import type { LossCounter } from './loss.ts'
import type { Loss, Packer } from './packing.ts'

/** A tap that packs, or counts while nothing is kept. */
export interface RecorderTap extends Tap {
  /** Recording goes on: writes the loss, what ended meanwhile, and the connections the thread does not know. */
  resume(loss: Loss): void
  /** The thread is gone, and with it all that it knew. */
  forget(): void
}

interface Live {
  readonly openedAt: number
  readonly info: ConnectionInfo
  upstream: UpstreamInfo | null
  /** The thread knows it. */
  told: boolean
  c2s: number
  s2c: number
}

/** Endings kept for later while nothing is recorded; the connections of the rest stay without. */
const MAX_LATER = 10_000

/** `arm`: something was packed. A tap may not throw: what goes wrong in it is counted as lost. */
export function createRecorderTap(packer: Packer, lost: LossCounter, arm: () => void): RecorderTap {
  const live = new Map<number, Live>()
  let later: (() => void)[] = []
  const put = (write: () => void): void => {
    if (!lost.active) {
      write()
      arm()
    } else if (later.length < MAX_LATER) later.push(write)
  }
  const tell = (connection: number, line: Live): void => {
    line.told = true
    packer.opened(connection, line.openedAt, line.info)
    if (line.upstream !== null) packer.upstream(connection, line.upstream)
  }
  return {
    opened(connection, at, info) {
      const line: Live = { openedAt: at, info, upstream: null, told: false, c2s: 0, s2c: 0 }
      live.set(connection, line)
      if (lost.active) return
      tell(connection, line)
      arm()
    },
    upstream(connection, info) {
      const line = live.get(connection)
      if (line === undefined) return
      line.upstream = info
      if (line.told) put(() => packer.upstream(connection, info))
    },
    chunk(connection, direction, bytes, receivedAt, sentAt, border) {
      const line = live.get(connection)
      if (line === undefined) return
      const offset = line[direction]
      line[direction] = offset + bytes.length
      if (lost.active) return lost.add(receivedAt, receivedAt, 1, bytes.length)
      packer.chunk(connection, direction, offset, bytes, receivedAt, sentAt, border)
      arm()
    },
    sent(connection, direction, upTo, at) {
      if (lost.active) return
      packer.sent(connection, direction, upTo, at)
      arm()
    },
    edited(connection, direction, offset, removed, bytes, rule) {
      if (lost.active) return
      packer.edited(connection, direction, offset, removed, bytes, rule)
      arm()
    },
    ended(connection, direction, at, ending, unsent) {
      if (live.get(connection)?.told === true) put(() => packer.ended(connection, direction, at, ending, unsent))
    },
    closed(connection, at) {
      const line = live.get(connection)
      live.delete(connection)
      if (line?.told === true) put(() => packer.closed(connection, at))
    },
    note(connection, at, kind, detail) {
      put(() => packer.note(connection, at, kind, detail))
    },
    resume(loss) {
      if (loss.chunks > 0) packer.loss(loss)
      const ended = later
      later = []
      for (const write of ended) write()
      for (const [connection, line] of live) if (!line.told) tell(connection, line)
    },
    forget() {
      later = []
      for (const line of live.values()) line.told = false
    },
  }
}
