/** Where two texts of lines differ. */
export interface Difference {
  /** Index in both of the first line that differs. */
  readonly from: number
  /** How many bytes of the one are not in the other, and what is there instead. */
  readonly removed: number
  readonly bytes: Uint8Array
}

const LF = 10

/** What made `is` of `was`: one stretch, from the beginning of a line to where both end alike. */
export function differenceOf(was: Uint8Array, is: Uint8Array): Difference {
  const most = Math.min(was.length, is.length)
  let from = 0
  while (from < most && was[from] === is[from]) from++
  while (from > 0 && was[from - 1] !== LF) from--
  let alike = 0
  while (alike < most - from && was[was.length - 1 - alike] === is[is.length - 1 - alike]) alike++
  return { from, removed: was.length - from - alike, bytes: is.subarray(from, is.length - alike) }
}
