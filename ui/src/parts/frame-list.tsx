import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { FrameRow } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import type { App } from '../state/app-state.ts'
import { narrowPane, timeMode } from '../state/settings.ts'
import {
  anchorAt,
  bottomOf,
  isAtBottom,
  topToShow,
  visibleRange,
  type Anchor,
  type VisibleRange,
} from '../state/virtual-window.ts'
import { FrameItem } from './frame-item.tsx'
import { FrameListNotice } from './frame-list-notice.tsx'
import { Icon } from './icon.tsx'
import { shortCount } from '../state/size-format.ts'

/** Where the list stands; changed by scrolling and by drawing, never a reason to draw by itself. */
interface Place {
  top: number
  anchor: Anchor | null
  /** Selected frame last brought into sight. */
  shown: number | null
}

/** Rows left before an end at which the next page is asked for. */
const pageAhead = 80

/** The virtual list of frames: only what is in sight is in the document, and what is read stays in place. */
export function FrameList() {
  const app = useApp()
  const { traffic, route } = app
  const grid = useRef<HTMLDivElement>(null)
  const place = useRef<Place>({ top: 0, anchor: null, shown: null })
  const [box, setBox] = useState({ height: 0, rowHeight: 28 })
  const [, redraw] = useState(0)

  void traffic.version.value
  const rows = traffic.window.rows
  const selected = route.value.frame
  const view = { ...box, count: rows.length }
  const top = topFor(app, place.current, view, selected)
  const range = visibleRange({ ...view, top })

  useLayoutEffect(() => watchBox(grid.current, setBox), [])
  useLayoutEffect(() => {
    if (box.height === 0 || grid.current === null) return
    if (top !== place.current.top) grid.current.scrollTop = top
    place.current.top = top
    place.current.anchor = anchorAt(top, box.rowHeight, (index) => rows[index]?.id)
    askForMore(app, range)
  })

  const onScroll = () => {
    const now = grid.current?.scrollTop ?? 0
    if (now === place.current.top) return
    place.current.top = now
    place.current.anchor = anchorAt(now, box.rowHeight, (index) => rows[index]?.id)
    traffic.follow(isAtBottom({ ...view, top: now }))
    redraw((count) => count + 1)
  }
  return (
    <div class="list-box">
      <div
        ref={grid}
        id="frames"
        class="list"
        role="grid"
        tabindex={0}
        aria-label="Frames"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={isDrawn(rows, range, selected) ? `frame-${selected}` : undefined}
        onScroll={onScroll}
        onWheel={(event) => event.deltaY < 0 && traffic.follow(false)}
      >
        <ListHead />
        <div class="list-body" role="rowgroup" style={{ height: `${rows.length * box.rowHeight}px` }}>
          <Rows app={app} rows={rows} range={range} rowHeight={box.rowHeight} selected={selected} />
        </div>
      </div>
      <FrameListNotice />
      <NewestButton />
    </div>
  )
}

const isDrawn = (rows: readonly FrameRow[], { start, end }: VisibleRange, id: number | null) =>
  id !== null && rows.slice(start, end).some((row) => row.id === id)

/** Where the list should be scrolled to for what it is to show. */
function topFor(
  app: App,
  place: Place,
  view: { height: number; rowHeight: number; count: number },
  selected: number | null,
) {
  const { traffic } = app
  const bottom = bottomOf(view)
  if (traffic.following.value && !traffic.paused.value) {
    place.shown = selected
    return bottom
  }
  const { anchor } = place
  let top = anchor === null ? place.top : traffic.window.lowerBound(anchor.id) * view.rowHeight + anchor.hidden
  if (selected !== place.shown && view.height > 0) {
    const held = selected !== null && traffic.window.get(selected) !== undefined
    if (held) top = topToShow(traffic.window.lowerBound(selected), { ...view, top })
    if (held || selected === null) place.shown = selected
  }
  return Math.max(0, Math.min(top, bottom))
}

function askForMore({ traffic }: App, { start, end }: VisibleRange) {
  if (traffic.loading.peek() !== null || traffic.error.peek() !== null) return
  if (traffic.window.hasOlder && start < pageAhead) void traffic.older()
  else if (traffic.window.hasNewer && end > traffic.window.rows.length - pageAhead) void traffic.newer()
}

/** Height of a row as the style sheet has it, which differs on narrow screens. */
function watchBox(grid: HTMLElement | null, set: (box: { height: number; rowHeight: number }) => void) {
  if (grid === null) return
  const measure = () => {
    const head = grid.firstElementChild?.getBoundingClientRect().height ?? 0
    const rowHeight = Number.parseInt(getComputedStyle(grid).getPropertyValue('--row-height'), 10) || 28
    set({ height: Math.max(0, grid.clientHeight - head), rowHeight })
  }
  measure()
  const observer = new ResizeObserver(measure)
  observer.observe(grid)
  return () => observer.disconnect()
}

interface RowsProps {
  app: App
  rows: readonly FrameRow[]
  range: VisibleRange
  rowHeight: number
  selected: number | null
}

function Rows({ app, rows, range, rowHeight, selected }: RowsProps) {
  const base = timeMode.value === 'offset' ? timeBase(app) : null
  const flow = selected === null ? undefined : app.traffic.window.get(selected)?.flow
  const choose = (id: number) => {
    app.traffic.follow(false)
    app.go({ frame: id })
    narrowPane.value = 'detail'
  }
  return (
    <>
      {rows.slice(range.start, range.end).map((row, at) => (
        <FrameItem
          // By slot, not by row: scrolling then refills rows that are in the document instead of making new ones.
          key={(range.start + at) % (range.end - range.start)}
          row={row}
          call={callOf(app, row)}
          index={range.start + at}
          top={(range.start + at) * rowHeight}
          selected={row.id === selected}
          related={row.flow === flow}
          base={base}
          onChoose={choose}
        />
      ))}
    </>
  )
}

const callOf = (app: App, row: FrameRow) => {
  const id = row.messages[0]?.call ?? null
  return id === null ? null : (app.calls.get(id) ?? null)
}

/** Times are told from the session's start; for all traffic from the start of the newest process that records. */
function timeBase({ route, sessions, status, traffic }: App): number {
  const uid = route.value.session
  const session = uid === null ? undefined : sessions.get(uid)
  return session?.startedAt ?? status.value?.instances.at(-1)?.startedAt ?? traffic.window.rows[0]?.receivedAt ?? 0
}

function ListHead() {
  const clock = timeMode.value === 'clock'
  return (
    <div class="list-head" role="rowgroup">
      <div class="list-cells" role="row" aria-rowindex={1}>
        <span role="columnheader" class="cell-time">
          <button
            class="head-button"
            title={clock ? 'Show the time since the session began' : 'Show the time of day'}
            onClick={() => (timeMode.value = clock ? 'offset' : 'clock')}
          >
            Time <span class="faint">{clock ? 'of day' : '+ s'}</span>
          </button>
        </span>
        <span role="columnheader" class="cell-direction">
          <span class="sr-only">Direction</span>
        </span>
        <span role="columnheader" class="cell-what">
          Frame
        </span>
        <span role="columnheader" class="cell-id">
          Id
        </span>
        <span role="columnheader" class="cell-status">
          Status
        </span>
        <span role="columnheader" class="cell-size">
          Size
        </span>
        <span role="columnheader" class="cell-duration">
          Took
        </span>
      </div>
    </div>
  )
}

/** Back to the live end; says how much has come meanwhile. */
function NewestButton() {
  const { traffic } = useApp()
  const unseen = traffic.unseen.value
  if (traffic.following.value && !traffic.paused.value) return null
  const label = unseen > 0 ? `${shortCount(unseen)} new` : 'Newest'
  const onClick = () => {
    if (traffic.paused.value) traffic.pause(false)
    if (traffic.window.hasNewer) void traffic.newest()
    else traffic.follow(true)
  }
  return (
    <button class={`newest ${unseen > 0 ? 'has-new' : ''}`} onClick={onClick}>
      <Icon name="down" /> {label}
    </button>
  )
}
