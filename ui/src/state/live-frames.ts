import type { FrameRow, LiveChange } from '../../../src/api/contract.ts'

export interface LiveFrames {
  /** Newest frame the change tells of, whether shown or not; 0 for none. */
  readonly newest: number
  readonly shown: readonly FrameRow[]
  /** What is not to be in the list. */
  readonly hidden: readonly number[]
}

/** What a change means for a list that begins at frame `from`: one before it has others beside it that are not loaded. */
export function liveFrames(
  { frames, otherFrames }: Pick<LiveChange, 'frames' | 'otherFrames'>,
  accepts: (row: FrameRow) => boolean,
  from: number,
): LiveFrames {
  const shown: FrameRow[] = []
  const hidden = [...otherFrames]
  for (const row of frames)
    if (!accepts(row)) hidden.push(row.id)
    else if (row.id >= from) shown.push(row)
  let newest = 0
  for (const { id } of frames) if (id > newest) newest = id
  for (const id of otherFrames) if (id > newest) newest = id
  return { newest, shown, hidden }
}
