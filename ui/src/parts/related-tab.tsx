import type { ConnectionRow, FlowDetail, FlowRow, FrameDetail, FrameRow } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { endingText } from '../state/ending-text.ts'
import { frameText } from '../state/frame-text.ts'
import { useJump } from '../state/jump.ts'
import { countText, sizeText } from '../state/size-format.ts'
import { spanText } from '../state/time-format.ts'
import { CallLine } from './call-line.tsx'
import { DirectionMark } from './direction-mark.tsx'
import { Facts } from './facts.tsx'
import { FrameLabel } from './frame-label.tsx'
import { ProcessFacts } from './process-facts.tsx'

/** What belongs to a frame: its call, the other frames of its exchange, the connection under it. */
export function RelatedTab({ frame }: { frame: FrameDetail }) {
  const { selection } = useApp()
  const flow = selection.flow.value
  return (
    <>
      <CallLine frame={frame} />
      {flow === null ? <p class="faint empty">Loading…</p> : <Flow detail={flow} frame={frame} />}
    </>
  )
}

function Flow({ detail: { flow, frames, connection, process }, frame }: { detail: FlowDetail; frame: FrameDetail }) {
  return (
    <>
      <section class="section">
        <h3>Frames of this exchange</h3>
        <ul class="related-list">
          {frames.map((row) => (
            <RelatedFrame key={row.id} row={row} start={flow.startedAt} current={row.id === frame.id} />
          ))}
        </ul>
        {frames.length === 1000 && <p class="faint">The first 1000 are shown.</p>}
      </section>
      <FlowFacts flow={flow} />
      {process !== null && <ProcessFacts process={process} />}
      <ConnectionFacts connection={connection} stdio={process !== null} />
    </>
  )
}

function RelatedFrame({ row, start, current }: { row: FrameRow; start: number; current: boolean }) {
  const jump = useJump()
  const text = frameText(row)
  return (
    <li>
      <button class="related" aria-current={current} onClick={() => jump(row.id)}>
        <span class="related-time num">+{spanText(Math.max(0, row.receivedLastAt - start))}</span>
        <DirectionMark direction={row.direction} />
        <span class="cell-what">
          <FrameLabel text={text} />
        </span>
        <span class="num faint">{sizeText(row.size)}</span>
      </button>
    </li>
  )
}

function FlowFacts({ flow }: { flow: FlowRow }) {
  const took = flow.endedAt === null ? 'still open' : spanText(flow.endedAt - flow.startedAt)
  // bytes were lost of it: it is over, nobody knows how
  const ending = (side: FlowRow['c2sEnding']) =>
    side === null && flow.endedAt !== null ? 'not known' : endingText(side)
  return (
    <Facts
      title={`Exchange ${flow.id}`}
      facts={[
        ['request', flow.verb === null ? null : `${flow.verb} ${flow.target ?? ''}`],
        ['status', flow.status === null ? null : String(flow.status)],
        ['stream', flow.stream === null ? null : `event stream of a ${flow.stream.toUpperCase()}`],
        [
          'revision',
          flow.revision === null ? null : [flow.revision, flow.era].filter((part) => part !== null).join(', '),
        ],
        ['first byte after', flow.respondedAt === null ? null : spanText(flow.respondedAt - flow.startedAt)],
        ['took', took],
        ['client side', ending(flow.c2sEnding)],
        ['server side', ending(flow.s2cEnding)],
      ]}
    />
  )
}

function ConnectionFacts({ connection, stdio }: { connection: ConnectionRow; stdio: boolean }) {
  const upstream = connection.upstreamAddress
  const unsent = connection.c2sUnsent + connection.s2cUnsent
  return (
    <Facts
      title={`Connection ${connection.id}`}
      facts={[
        ['client', stdio ? null : `${connection.clientAddress}:${connection.clientPort}`],
        ['server', stdio || upstream === null ? null : `${upstream}:${connection.upstreamPort ?? ''}`],
        ['error', connection.upstreamError],
        ['bytes', `${countText(connection.c2sBytes)} to the server, ${countText(connection.s2cBytes)} to the client`],
        ['not sent', unsent === 0 ? null : `${countText(unsent)} bytes`],
        ['client side', endingText(connection.c2sEnding)],
        ['server side', endingText(connection.s2cEnding)],
      ]}
    />
  )
}
