import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { FrameRow } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import type { App } from '../state/app-state.ts'
import { narrowPane, timeMode } from '../state/settings.ts'
import { isWithin } from '../state/rule-spans.ts'
import { keyOf, routeTo, selectedKey, type Timeline, type TimelineItem } from '../state/timeline.ts'
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
import { LogItem } from './log-item.tsx'
import { shortCount } from '../state/size-format.ts'

/** Where the list stands; changed by scrolling and by drawing, never a reason to draw by itself. */
interface Place {
  top: number
  anchor: Anchor | null
  /** Selected row last brought into sight. */
  shown: string | null
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
  const { timeline } = traffic
  const selected = selectedKey(route.value)
  const view = { ...box, count: timeline.length }
  const top = topFor(app, place.current, view, selected)
  const range = visibleRange({ ...view, top })

  useLayoutEffect(() => watchBox(grid.current, setBox), [])
  useLayoutEffect(() => {
    if (box.height === 0 || grid.current === null) return
    if (top !== place.current.top) grid.current.scrollTop = top
    place.current.top = top
    place.current.anchor = anchorAt(top, box.rowHeight, keyAt(timeline))
    askForMore(app, range)
  })

  const onScroll = () => {
    const now = grid.current?.scrollTop ?? 0
    if (now === place.current.top) return
    place.current.top = now
    place.current.anchor = anchorAt(now, box.rowHeight, keyAt(timeline))
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
        aria-rowcount={timeline.length + 1}
        aria-activedescendant={isDrawn(timeline, range, selected) ? selected : undefined}
        onScroll={onScroll}
        onWheel={(event) => event.deltaY < 0 && traffic.follow(false)}
      >
        <ListHead />
        <div class="list-body" role="rowgroup" style={{ height: `${timeline.length * box.rowHeight}px` }}>
          <Rows app={app} timeline={timeline} range={range} rowHeight={box.rowHeight} selected={selected} />
        </div>
      </div>
      <FrameListNotice />
      <NewestButton />
    </div>
  )
}

const instantOf = (item: TimelineItem) => (item.kind === 'frame' ? item.row.receivedLastAt : item.row.at)

const keyAt = (timeline: Timeline) => (index: number) => {
  const item = timeline.at(index)
  return item === undefined ? undefined : keyOf(item)
}

function isDrawn(timeline: Timeline, { start, end }: VisibleRange, key: string | null): key is string {
  if (key === null || !timeline.has(key)) return false
  const index = timeline.indexOf(key)
  return index >= start && index < end
}

/** Where the list should be scrolled to for what it is to show. */
function topFor(
  app: App,
  place: Place,
  view: { height: number; rowHeight: number; count: number },
  selected: string | null,
) {
  const { traffic } = app
  const { timeline } = traffic
  const bottom = bottomOf(view)
  if (traffic.following.value && !traffic.paused.value) {
    place.shown = selected
    return bottom
  }
  const { anchor } = place
  let top = anchor === null ? place.top : timeline.indexOf(anchor.id) * view.rowHeight + anchor.hidden
  if (selected !== place.shown && view.height > 0) {
    const held = selected !== null && timeline.has(selected)
    if (held) top = topToShow(timeline.indexOf(selected), { ...view, top })
    if (held || selected === null) place.shown = selected
  }
  return Math.max(0, Math.min(top, bottom))
}

function askForMore({ traffic }: App, { start, end }: VisibleRange) {
  if (traffic.loading.peek() !== null || traffic.error.peek() !== null) return
  if (traffic.hasOlder && start < pageAhead) void traffic.older()
  else if (traffic.hasNewer && end > traffic.timeline.length - pageAhead) void traffic.newer()
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
  timeline: Timeline
  range: VisibleRange
  rowHeight: number
  selected: string | null
}

function Rows({ app, timeline, range, rowHeight, selected }: RowsProps) {
  const spans = app.faults.spans.value
  const base = timeMode.value === 'offset' ? timeBase(app) : null
  const { frame } = app.route.value
  const flow = frame === null ? undefined : app.traffic.window.get(frame)?.flow
  const choose = (item: TimelineItem) => {
    app.traffic.follow(false)
    app.go(routeTo(item))
    narrowPane.value = 'detail'
  }
  return (
    <>
      {timeline.slice(range.start, range.end).map((item, at) => {
        const index = range.start + at
        // By slot, not by row: scrolling then refills rows that are in the document instead of making new ones.
        const slot = index % (range.end - range.start)
        const selectedHere = keyOf(item) === selected
        const place = {
          index,
          top: index * rowHeight,
          selected: selectedHere,
          base,
          inFault: isWithin(spans, instantOf(item)),
          onChoose: () => choose(item),
        }
        return item.kind === 'log' ? (
          <LogItem key={slot} row={item.row} related={item.row.flow !== null && item.row.flow === flow} {...place} />
        ) : (
          <FrameItem
            key={slot}
            row={item.row}
            call={callOf(app, item.row)}
            related={item.row.flow === flow}
            {...place}
          />
        )
      })}
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
  const recording = status.value?.instances.findLast(({ role }) => role !== 'ui')
  return session?.startedAt ?? recording?.startedAt ?? traffic.window.rows[0]?.receivedAt ?? 0
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
    if (traffic.hasNewer) void traffic.newest()
    else traffic.follow(true)
  }
  return (
    <button class={`newest ${unseen > 0 ? 'has-new' : ''}`} onClick={onClick}>
      <Icon name="down" /> {label}
    </button>
  )
}
