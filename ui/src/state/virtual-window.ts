/** Which rows of fixed height are in sight. All in CSS pixels. */
export interface Viewport {
  readonly top: number
  readonly height: number
  readonly rowHeight: number
  readonly count: number
}

export interface VisibleRange {
  /** First row to draw. */
  readonly start: number
  /** One past the last row to draw. */
  readonly end: number
}

/** A row and how far it is scrolled out at the top: what stays in place when rows come above. */
export interface Anchor {
  /** Its key. */
  readonly id: string
  /** Pixels of the row hidden above the edge. */
  readonly hidden: number
}

/** Rows to draw: those in sight and `overscan` more on both sides. */
export function visibleRange({ top, height, rowHeight, count }: Viewport, overscan = 8): VisibleRange {
  const first = Math.floor(Math.max(0, top) / rowHeight)
  const last = Math.ceil((Math.max(0, top) + height) / rowHeight)
  const end = Math.min(count, last + overscan)
  return { start: Math.max(0, Math.min(first - overscan, end)), end }
}

/** The furthest one can scroll. */
export const bottomOf = ({ height, rowHeight, count }: Omit<Viewport, 'top'>): number =>
  Math.max(0, count * rowHeight - height)

/** Half a row from the end counts as the end: rounding and zoom leave fractions. */
export const isAtBottom = (view: Viewport): boolean => view.top >= bottomOf(view) - view.rowHeight / 2

/** Where to scroll so that `index` is wholly in sight, moving as little as possible. */
export function topToShow(index: number, { top, height, rowHeight, count }: Viewport): number {
  const rowTop = index * rowHeight
  if (rowTop < top) return rowTop
  if (rowTop + rowHeight > top + height) return Math.min(rowTop + rowHeight - height, Math.max(0, count * rowHeight))
  return top
}

/** The anchor at `top`, given the keys by index; null in an empty list. */
export function anchorAt(top: number, rowHeight: number, idAt: (index: number) => string | undefined): Anchor | null {
  const index = Math.floor(Math.max(0, top) / rowHeight)
  const id = idAt(index)
  return id === undefined ? null : { id, hidden: Math.max(0, top) - index * rowHeight }
}
