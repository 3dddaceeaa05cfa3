import type { FrameDetail } from '../../../src/api/contract.ts'
import { sizeText } from '../state/size-format.ts'
import { exactTime, spanText } from '../state/time-format.ts'
import { timingOf, type TimingBar } from '../state/timing.ts'

const percent = (part: number) => `${(part * 100).toFixed(2)}%`

/** When a frame came in and went out, and what lay between. */
export function TimingTab({ frame }: { frame: FrameDetail }) {
  const timing = timingOf(frame)
  const [from, to] = frame.direction === 'c2s' ? ['client', 'server'] : ['server', 'client']
  return (
    <>
      <div class="timing-figures">
        <Figure name="Held in the proxy" value={timing.held === null ? 'not sent' : spanText(timing.held)} />
        <Figure name="First byte in to last byte out" value={spanText(timing.total)} />
        <Figure name="Chunks" value={String(frame.chunks.length)} />
      </div>
      <div class={`timing is-${frame.direction}`} role="img" aria-label={describe(frame)}>
        <Lane title={`from ${from}`} bar={timing.received} marks={timing.chunks} filled />
        <Lane title={`to ${to}`} bar={timing.sent} marks={[]} />
        <div class="timing-scale num">
          <span>0</span>
          <span>{spanText(timing.total)}</span>
        </div>
      </div>
      <Instants frame={frame} />
      <Chunks frame={frame} />
    </>
  )
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div class="figure">
      <span class="figure-value num">{value}</span>
      <span class="figure-name">{name}</span>
    </div>
  )
}

const describe = ({ receivedAt, receivedLastAt, sentAt }: FrameDetail) =>
  `Received over ${spanText(receivedLastAt - receivedAt)}, ` +
  (sentAt === null ? 'not sent' : `sent from ${spanText(sentAt - receivedAt)} on`)

function Lane({
  title,
  bar,
  marks,
  filled,
}: {
  title: string
  bar: TimingBar | null
  marks: readonly number[]
  filled?: boolean
}) {
  return (
    <div class="lane">
      <span class="lane-title">{title}</span>
      <div class="lane-track">
        {bar === null ? (
          <span class="lane-none">never left</span>
        ) : (
          <span
            class={filled ? 'lane-bar is-filled' : 'lane-bar'}
            style={{ left: `min(${percent(bar.from)}, 100% - 4px)`, width: `max(4px, ${percent(bar.to - bar.from)})` }}
          />
        )}
        {marks.map((at, index) => (
          <span key={index} class="lane-mark" style={{ left: percent(at) }} />
        ))}
      </div>
    </div>
  )
}

function Instants({ frame }: { frame: FrameDetail }) {
  const rows = [
    ['First byte received', frame.receivedAt],
    ['Last byte received', frame.receivedLastAt],
    ['First byte sent', frame.sentAt],
    ['Last byte sent', frame.sentLastAt],
  ] as const
  return (
    <table class="table">
      <caption class="sr-only">The four instants</caption>
      <tbody>
        {rows.map(([name, at]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="num mono">{at === null ? '' : exactTime(at)}</td>
            <td class="num mono align-right">{at === null ? 'not sent' : `+${spanText(at - frame.receivedAt)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Chunks listed; the diagram has more. */
const listed = 50

function Chunks({ frame }: { frame: FrameDetail }) {
  if (frame.chunks.length === 0) return null
  return (
    <section class="section">
      <h3>Chunks as read</h3>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">After</th>
            <th scope="col" class="align-right">
              Bytes of this frame
            </th>
          </tr>
        </thead>
        <tbody>
          {frame.chunks.slice(0, listed).map(({ at, bytes }, index) => (
            <tr key={index}>
              <td class="num faint">{index + 1}</td>
              <td class="num mono">+{spanText(at - frame.receivedAt)}</td>
              <td class="num mono align-right">{sizeText(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {frame.chunks.length > listed && <p class="faint">and {frame.chunks.length - listed} more</p>}
    </section>
  )
}
