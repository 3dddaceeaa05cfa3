import type { CallRow, FrameRow } from '../../../src/api/contract.ts'
import { touchOf, touchText, touchWord } from '../state/fault-touch.ts'
import { frameText, type FrameText } from '../state/frame-text.ts'
import { sizeText } from '../state/size-format.ts'
import { clockTime, offsetTime } from '../state/time-format.ts'
import { tookOf } from '../state/took.ts'
import { DirectionMark } from './direction-mark.tsx'
import { HttpStatus, OutcomeBadge } from './outcome-badge.tsx'
import { FrameLabel } from './frame-label.tsx'
import { Icon } from './icon.tsx'

/** Where a row of the list is drawn. */
export interface RowPlace {
  index: number
  /** Pixels from the top of the list. */
  top: number
  selected: boolean
  /** Instant that times are told from; null for the time of day. */
  base: number | null
  /** A rule was on at the time. */
  inFault: boolean
  onChoose: () => void
}

interface ItemProps extends RowPlace {
  row: FrameRow
  call: CallRow | null
  /** Of the same exchange as the selected one. */
  related: boolean
}

/** One row of the list. Its time is when it was complete: that is what the order of the list goes by. */
export function FrameItem({ row, call, index, top, selected, related, base, inFault, onChoose }: ItemProps) {
  const text = frameText(row)
  const isAnswer = text.kind === 'response' || text.kind === 'error'
  const own = isAnswer && call !== null && (call.responseFrame ?? row.id) === row.id
  const took = own ? tookOf(call, row.sentLastAt) : null
  return (
    <div
      id={`frame-${row.id}`}
      class={`list-row list-cells ${selected ? 'is-selected' : related ? 'is-related' : ''} ${inFault ? 'in-fault' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onChoose}
    >
      <span role="gridcell" class="cell-time num">
        {base === null ? clockTime(row.receivedLastAt) : offsetTime(row.receivedLastAt, base)}
      </span>
      <span role="gridcell" class="cell-direction">
        <DirectionMark direction={row.direction} />
      </span>
      <What row={row} text={text} resumed={isAnswer ? (call?.resumedAfter ?? null) : null} />
      <span role="gridcell" class="cell-id num mono">
        {call?.rpcId ?? row.messages[0]?.rpcId ?? ''}
      </span>
      <span role="gridcell" class="cell-status">
        <Status row={row} text={text} call={call} />
      </span>
      <span role="gridcell" class="cell-size num">
        {sizeText(row.size)}
      </span>
      <span role="gridcell" class="cell-duration num" title={took?.needed ?? undefined}>
        {took?.waited}
      </span>
    </div>
  )
}

function What({ row, text, resumed }: { row: FrameRow; text: FrameText; resumed: string | null }) {
  const touch = touchOf(row)
  const edits = row.edits.filter((rule) => !row.faults.includes(rule))
  return (
    <span role="gridcell" class="cell-what">
      <FrameLabel text={text} crowded={touch !== null || resumed !== null || edits.length > 0} />
      {touch !== null && (
        <span class="what-edited is-fault" title={touchText(touch, row)}>
          {touchWord(touch)}
        </span>
      )}
      {resumed !== null && (
        <span class="what-edited" title={`Came on a stream that was taken up again after ${resumed}`}>
          {touch === null ? (
            'resumed'
          ) : (
            <>
              <Icon name="resume" size={10} />
              <span class="sr-only">resumed</span>
            </>
          )}
        </span>
      )}
      {edits.length > 0 && (
        <span class="what-edited" title={`Changed by us: ${edits.join(', ')}`}>
          edited
        </span>
      )}
    </span>
  )
}

/** Half a second: a frame still not sent by then is worth a word. */
const lateAfter = 500_000

function Status({ row, text, call }: { row: FrameRow; text: FrameText; call: CallRow | null }) {
  if (text.status !== null && row.messages.length === 0) return <HttpStatus status={text.status} />
  const answered = call !== null && call.madeBy !== null && call.requestFrame === row.id
  if (!answered && row.sentAt === null && Date.now() * 1000 - row.receivedAt > lateAfter)
    return <span class="badge tone-warn">not sent</span>
  if (call === null) return null
  if (text.kind === 'request' && call.outcome === 'ok') return null
  return <OutcomeBadge call={call} />
}
