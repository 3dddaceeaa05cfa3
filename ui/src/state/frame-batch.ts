import type { LiveChange } from '../../../src/api/contract.ts'

/** Takes live changes together until the page next draws. */
export interface FrameBatch {
  readonly add: (change: LiveChange) => void
  /** Delivers what is held at once. */
  readonly flush: () => void
}

/** Frames held between two drawings; more are left out and loaded afterwards. */
export const batchLimit = 20_000

/** `schedule` runs its argument once, before the next drawing. */
export function createFrameBatch(
  deliver: (change: LiveChange) => void,
  schedule: (run: () => void) => void,
): FrameBatch {
  let held: LiveChange[] = []
  let frames = 0
  const flush = () => {
    const changes = held
    held = []
    frames = 0
    for (const change of joined(changes)) deliver(change)
  }
  return {
    flush,
    add: (change) => {
      if (held.length === 0) schedule(flush)
      const over = frames > batchLimit
      held.push(over ? { ...change, frames: [], framesLeftOut: true } : change)
      frames += over ? 0 : change.frames.length
    },
  }
}

/** One change of many; what follows a gap stands apart, since the frames before the gap must be taken first. */
function joined(changes: readonly LiveChange[]): LiveChange[] {
  const groups: LiveChange[][] = [[]]
  for (const change of changes) {
    groups.at(-1)!.push(change)
    if (change.framesLeftOut) groups.push([])
  }
  return groups
    .filter((group) => group.length > 0)
    .map((group) => ({
      seq: group.at(-1)!.seq,
      frames: group.flatMap(({ frames }) => frames),
      otherFrames: group.flatMap(({ otherFrames }) => otherFrames),
      flows: group.flatMap(({ flows }) => flows),
      calls: group.flatMap(({ calls }) => calls),
      sessions: group.flatMap(({ sessions }) => sessions),
      logs: group.flatMap(({ logs }) => logs),
      rules: group.flatMap(({ rules }) => rules),
      held: group.flatMap(({ held }) => held),
      framesLeftOut: group.at(-1)!.framesLeftOut,
      logsLeftOut: group.some((change) => change.logsLeftOut),
    }))
}
