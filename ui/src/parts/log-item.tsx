import type { LogRow } from '../../../src/api/contract.ts'
import { logText } from '../state/log-text.ts'
import { clockTime, offsetTime } from '../state/time-format.ts'
import { Icon } from './icon.tsx'
import type { RowPlace } from './frame-item.tsx'

interface ItemProps extends RowPlace {
  row: LogRow
  /** Of the same exchange as the selected one. */
  related: boolean
}

/** It belongs to the traffic: an exchange was broken off there, or taken up again. */
const isMark = ({ kind }: LogRow) => kind === 'ending' || kind === 'resume'

/** What a line is marked with. */
export const markIcon = ({ kind }: LogRow, ours: boolean) =>
  kind === 'ending' ? 'cut' : kind === 'resume' ? 'resume' : ours ? 'note' : 'terminal'

/** A line of the log between the frames: no frame, and not to be taken for one. */
export function LogItem({ row, index, top, selected, related, base, inFault, onChoose }: ItemProps) {
  const { kind, text, tone, ours } = logText(row)
  return (
    <div
      id={`log-${row.id}`}
      class={`list-row list-cells is-log ${isMark(row) ? `is-mark tone-${tone}` : ''} ${selected ? 'is-selected' : related ? 'is-related' : ''} ${inFault ? 'in-fault' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onChoose}
    >
      <span role="gridcell" class="cell-time num">
        {base === null ? clockTime(row.at) : offsetTime(row.at, base)}
      </span>
      <span role="gridcell" class="cell-direction">
        <span class={`log-mark tone-${tone}`} title={ours ? 'Noted by mitmcp' : 'Said by the process'}>
          <Icon name={markIcon(row, ours)} />
          <span class="sr-only">{ours ? 'note' : 'log'}</span>
        </span>
      </span>
      <span role="gridcell" class="cell-what cell-log">
        <span class={`log-kind tone-${tone}`}>{kind}</span>
        <span class={`log-text tone-${tone} ${ours || isMark(row) ? '' : 'mono'}`}>{text}</span>
      </span>
    </div>
  )
}
