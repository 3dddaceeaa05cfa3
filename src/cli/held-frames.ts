import type { FrameRow } from '../store/rows.ts'
import type { Arrival } from './arrival.ts'

/** A message that a rule holds is told of after so long, in microseconds: what a cut keeps away is known by then. */
const HELD_AFTER = 150_000

/** So many messages at most are watched until they have left; beyond it all are told as they are. */
const MAX_WATCHED = 1000

/** What the capture says of a frame now. */
export interface Look {
  frame(id: number): FrameRow | undefined
  arrival(frame: FrameRow): Arrival
}

/** Frames that rules hold, until it is known what becomes of them. */
export interface HeldFrames {
  /** True where it is held, and so told later. `now` in microseconds. */
  holds(frame: FrameRow, now: number): boolean
  has(id: number): boolean
  /** That it is held was told. */
  told(id: number): void
  /** Those to be told now, as they are now: held for long enough, or not any more. */
  due(now: number): FrameRow[]
}

/** Without `look` none is held. */
export const heldFrames = (look: Look | undefined): HeldFrames => {
  const watched = new Map<number, { frame: FrameRow; readonly since: number; told: boolean }>()
  return {
    holds: (frame, now) => {
      if (watched.has(frame.id)) return true
      if (look?.arrival(frame) !== 'held') return false
      watched.set(frame.id, { frame, since: now, told: false })
      return true
    },
    has: (id) => watched.has(id),
    told: (id) => {
      const one = watched.get(id)
      if (one !== undefined) one.told = true
    },
    due: (now) => {
      const due: FrameRow[] = []
      for (const [id, one] of watched) {
        one.frame = look?.frame(id) ?? one.frame
        const held = look?.arrival(one.frame) === 'held' && watched.size <= MAX_WATCHED
        if (!held) watched.delete(id)
        else if (one.told || now - one.since < HELD_AFTER) continue
        else one.told = true
        due.push(one.frame)
      }
      return due
    },
  }
}
