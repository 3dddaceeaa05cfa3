import type { SessionRow } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { narrowPane } from '../state/settings.ts'
import { countText, shortCount } from '../state/size-format.ts'
import { ageText, exactTime } from '../state/time-format.ts'
import { Icon } from './icon.tsx'

/** Silent for longer than this counts as asleep, in microseconds. */
const awake = 10_000_000

export function SessionList() {
  const { sessions, route, go, status } = useApp()
  const chosen = route.value.session
  const choose = (uid: string | null) => {
    narrowPane.value = 'list'
    go({ session: uid, frame: null, view: 'traffic' }, true)
  }
  return (
    <>
      <div class="pane-head">
        <h2 class="pane-title">Sessions</h2>
        <span class="faint num">{countText(status.value?.totals.sessions ?? sessions.list.value.length)}</span>
      </div>
      <ul class="session-list">
        <li>
          <button class="session all" aria-current={chosen === null} onClick={() => choose(null)}>
            <Icon name="layers" />
            <span class="session-name">All traffic</span>
            <span class="faint num">{shortCount(status.value?.totals.frames ?? 0)}</span>
          </button>
        </li>
        {sessions.list.value.map((session) => (
          <li key={session.uid}>
            <SessionItem session={session} chosen={chosen === session.uid} onChoose={choose} />
          </li>
        ))}
        {sessions.hasOlder.value && (
          <li>
            <button class="button quiet wide" onClick={() => void sessions.loadOlder()}>
              Older sessions
            </button>
          </li>
        )}
      </ul>
    </>
  )
}

interface ItemProps {
  session: SessionRow
  chosen: boolean
  onChoose: (uid: string) => void
}

const transportName = { http: 'HTTP', sse: 'HTTP+SSE', websocket: 'WebSocket', stdio: 'stdio', opaque: 'opaque' }

function SessionItem({ session, chosen, onChoose }: ItemProps) {
  const { now } = useApp()
  const isLive = session.endedAt === null && now.value - session.lastAt < awake
  const server = session.serverInfo?.name ?? session.server
  return (
    <button class="session" aria-current={chosen} onClick={() => onChoose(session.uid)} title={titleOf(session)}>
      <span class="session-top">
        <span class={`dot ${isLive ? 'is-live' : session.endedAt === null ? 'is-idle' : ''}`} />
        <span class="session-name">
          {session.client?.name ?? 'Unknown client'}
          {session.client !== null && <span class="session-version">{session.client.version}</span>}
        </span>
        <span class="session-age num">
          <span class="sr-only">{isLive ? 'active, ' : session.endedAt === null ? 'open, ' : 'ended, '}</span>
          {ageText(now.value - session.lastAt)}
        </span>
      </span>
      <span class="session-server">
        <Icon name="right" size={11} />
        <span class="truncate">{server}</span>
      </span>
      <span class="session-tags">
        <span class="tag">{transportName[session.transport]}</span>
        {session.revision !== null && <span class="tag num">{session.revision}</span>}
        {session.probe && (
          <span class="tag" title="A throw-away process that was only asked server/discover">
            probe
          </span>
        )}
        {session.era === 'stateless' && <span class="tag">stateless</span>}
        {!session.certain && (
          <span class="tag is-unsure" title="Two equal clients cannot be told apart">
            unsure
          </span>
        )}
      </span>
      <SessionCounts session={session} />
    </button>
  )
}

function SessionCounts({ session: { frames, calls, pending, errors } }: { session: SessionRow }) {
  return (
    <span class="session-counts num">
      <span>{shortCount(frames)} frames</span>
      <span>{shortCount(calls)} calls</span>
      {pending > 0 && <span class="tone-pending">{shortCount(pending)} pending</span>}
      {errors > 0 && (
        <span class="tone-error">
          {shortCount(errors)} {errors === 1 ? 'error' : 'errors'}
        </span>
      )}
    </span>
  )
}

const titleOf = (session: SessionRow) =>
  [
    `Session ${session.uid}, began ${exactTime(session.startedAt)}`,
    session.serverInfo === null ? null : `${session.serverInfo.name} ${session.serverInfo.version}`,
    `to ${session.target}`,
    session.sessionId === null ? null : `Mcp-Session-Id ${session.sessionId}`,
  ]
    .filter((line) => line !== null)
    .join('\n')
