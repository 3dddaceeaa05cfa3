import { useApp } from '../app-context.ts'
import { useJump } from '../state/jump.ts'
import { waitText } from '../state/time-format.ts'
import { DirectionMark } from './direction-mark.tsx'
import { Icon } from './icon.tsx'

/** Pending calls drawn; the rest is a count. */
const most = 12

/** Calls without an answer, oldest first, their age ticking: always in sight. */
export function PendingStrip() {
  const { calls, route, now } = useApp()
  const jump = useJump()
  const { session } = route.value
  const pending = calls.pending.value.filter((call) => session === null || call.session === session)
  if (pending.length === 0) return null
  return (
    <section class="pending" aria-label="Pending calls">
      <h2 class="pending-title">
        <Icon name="clock" /> <span class="num">{pending.length}</span> pending
      </h2>
      <ul class="pending-list">
        {pending.slice(0, most).map((call) => (
          <li key={call.id}>
            <button class="pending-call" onClick={() => jump(call.requestFrame)}>
              <DirectionMark direction={call.direction} />
              <span class="pending-method">{call.method}</span>
              {call.tool !== null && <span class="what-subject">{call.tool}</span>}
              <span class="pending-age num">{waitText(now.value - call.requestedAt)}</span>
            </button>
          </li>
        ))}
        {pending.length > most && <li class="faint num">and {pending.length - most} more</li>}
      </ul>
    </section>
  )
}
