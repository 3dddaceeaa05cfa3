import type { FrameDetail } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { useJump } from '../state/jump.ts'
import { waitText } from '../state/time-format.ts'
import { tookOf } from '../state/took.ts'
import { Icon } from './icon.tsx'
import { OutcomeBadge } from './outcome-badge.tsx'

/** The call a message belongs to: what became of it, how long it took, and the way to its other half. */
export function CallLine({ frame }: { frame: FrameDetail }) {
  const { calls, traffic, now } = useApp()
  const jump = useJump()
  void traffic.version.value
  const ids = frame.messages.map(({ call }) => call).filter((id) => id !== null)
  const found = [...new Set(ids)].map((id) => calls.get(id)).filter((call) => call !== undefined)
  if (found.length === 0) return null
  return (
    <div class="call-lines">
      {found.slice(0, 20).map((call) => {
        const took = tookOf(call, call.responseFrame === frame.id ? frame.sentLastAt : null)
        const asks = call.requestFrame === frame.id
        const other = asks ? call.responseFrame : call.requestFrame
        return (
          <div key={call.id} class="call-line">
            <OutcomeBadge call={call} />
            <span class="num">
              {took === null
                ? call.outcome === 'pending'
                  ? `waiting for ${waitText(now.value - call.requestedAt)}`
                  : 'never answered'
                : `${asks ? 'answered after' : 'answers after'} ${took.waited}${took.needed === null ? '' : ` (${took.needed})`}`}
            </span>
            {call.madeBy !== null && (
              <span>
                by rule <span class="mono">{call.madeBy}</span>
              </span>
            )}
            {call.resumedAfter !== null && (
              <span title={`Last-Event-ID: ${call.resumedAfter}`}>on a stream that was taken up again</span>
            )}
            {other !== null && (
              <button class="button quiet" onClick={() => jump(other)}>
                {asks ? 'Answer' : 'Request'} <Icon name={asks === (call.direction === 'c2s') ? 'left' : 'right'} />
              </button>
            )}
          </div>
        )
      })}
    </div>
  )
}
