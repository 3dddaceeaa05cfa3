/** Looking through rows by key, window by window, until there are enough or the time is over. */

/** A scan goes on for this long, then says how far it came. */
const SCAN_MS = 80

/** Rows looked at in one statement: begins here, then follows the time it took. */
const FIRST_WINDOW = 2048

/** What one statement of a scan should take: the bound above is kept to within this. */
const WINDOW_MS = 8

/** Rows that are asked one by one are looked at between two looks at the clock. */
const ASKED_AT_ONCE = 32

export interface Window {
  readonly low: number
  readonly high: number
}

export interface Scan<Row> {
  /** Rows within a window, in the order of the scan, at most so many. */
  readonly rows: (window: Window, limit: number) => Iterable<Row>
  /** Absent: all of them are wanted. */
  readonly wanted?: (row: Row) => boolean
  readonly idOf: (row: Row) => number
  /** Upwards, from the lowest key. */
  readonly up: boolean
  /** Milliseconds. */
  readonly now: () => number
}

/** What was found in the order of the scan, and the last key looked at when the time was over; null when all was looked at, or `limit` found. */
export function scan<Row>(
  of: Scan<Row>,
  { low, high }: Window,
  limit: number,
): { found: Row[]; scannedTo: number | null } {
  const { up, now } = of
  const found: Row[] = []
  const startedAt = now()
  let [window, from, to] = [FIRST_WINDOW, low, high]
  while (from <= to) {
    const before = now()
    if (before - startedAt >= SCAN_MS) return { found, scannedTo: up ? from - 1 : to + 1 }
    const edge = up ? Math.min(from + window - 1, to) : Math.max(to - window + 1, from)
    const stopped = look(of, up ? { low: from, high: edge } : { low: edge, high: to }, limit, found, startedAt)
    if (stopped !== null) return { found, scannedTo: stopped }
    if (found.length >= limit) break
    if (up) from = edge + 1
    else to = edge - 1
    window = nextWindow(window, now() - before)
  }
  return { found, scannedTo: null }
}

/** Through one window; gives the key it stopped at for time. */
function look<Row>(
  { rows, wanted, idOf, now }: Scan<Row>,
  window: Window,
  limit: number,
  found: Row[],
  startedAt: number,
): number | null {
  if (wanted === undefined) {
    for (const row of rows(window, limit - found.length)) found.push(row)
    return null
  }
  let asked = 0
  for (const row of rows(window, -1)) {
    if (wanted(row)) found.push(row)
    if (found.length >= limit) return null
    if (++asked % ASKED_AT_ONCE === 0 && now() - startedAt >= SCAN_MS) return idOf(row)
  }
  return null
}

function nextWindow(window: number, tookMs: number): number {
  const fitting = tookMs > 0 ? (window * WINDOW_MS) / tookMs : window * 4
  return Math.round(Math.max(FIRST_WINDOW / 8, Math.min(window * 4, fitting)))
}
