import { useEffect } from 'preact/hooks'
import type { DecisionRow, EditRow, FrameDetail } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { touchOf, touchText } from '../state/fault-touch.ts'
import { faultFromFrame } from '../state/frame-fault.ts'
import { spanText } from '../state/time-format.ts'
import { Icon } from './icon.tsx'

/** What rules decided about a frame and did to it, and the way to a new rule. */
export function FaultsTab({ frame }: { frame: FrameDetail }) {
  const touch = touchOf(frame)
  return (
    <>
      <MakeFault frame={frame} />
      {touch !== null && (
        <p class="callout is-fault">
          {touchText(touch, frame)}
          {heldText(frame)}.
        </p>
      )}
      {frame.decisions.length === 0 ? (
        <p class="faint empty">
          No rule decided anything about this frame
          {touch === null ? '' : ' alone: what is decided for a whole connection is told once'}.
        </p>
      ) : (
        <Decisions frame={frame} />
      )}
      {frame.sentText === null ? (
        <Changes edits={frame.editList.filter(({ rule }) => frame.faults.includes(rule))} />
      ) : (
        <Payloads frame={frame} sent={frame.sentText} />
      )}
    </>
  )
}

/** How long it was in our hands, where that is worth a word. */
function heldText({ sentLastAt, receivedLastAt }: FrameDetail): string {
  const held = sentLastAt === null ? 0 : sentLastAt - receivedLastAt
  return held < 1000 ? '' : `, ${spanText(held)} in the proxy`
}

function MakeFault({ frame }: { frame: FrameDetail }) {
  const app = useApp()
  const { vocabulary } = app
  useEffect(() => void vocabulary.learn(), [vocabulary])
  const canBreak = vocabulary.registry.value?.faults.some(({ type }) => type === 'breakpoint') ?? false
  return (
    <div class="make-fault">
      <button class="button" onClick={() => faultFromFrame(app, frame, null)}>
        <Icon name="bolt" /> Make a fault from this frame
      </button>
      {canBreak && frame.messages.length > 0 && (
        <button class="button" onClick={() => faultFromFrame(app, frame, 'breakpoint')}>
          <Icon name="hand" /> Break on messages like this
        </button>
      )}
    </div>
  )
}

function Decisions({ frame }: { frame: FrameDetail }) {
  return (
    <ol class="decisions" aria-label="Decisions">
      {frame.decisions.map((decision) => (
        <Decision key={decision.id} decision={decision} since={frame.receivedAt} />
      ))}
    </ol>
  )
}

function Decision({ decision, since }: { decision: DecisionRow; since: number }) {
  const { go } = useApp()
  const { rule, fired, said, draw, about, at, revision } = decision
  const facts = [
    ['drew', draw === null ? null : draw.toFixed(4)],
    ['for', about === '' ? null : about],
    ['after', spanText(Math.max(0, at - since))],
    ['version', revision > 1 && rule !== 'fault-header' ? String(revision) : null],
  ] as const
  return (
    <li class={`decision ${fired ? 'is-fired' : ''}`}>
      <p class="decision-head">
        <button class="decision-rule mono" title="Show the rules" onClick={() => go({ view: 'faults' }, true)}>
          {rule}
        </button>
        <strong>{fired ? said : `let it pass${said === '' ? '' : `: ${said}`}`}</strong>
      </p>
      <dl class="decision-facts num">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </li>
  )
}

/** What came, and what whoever read it got. */
function Payloads({ frame: { edits, faults, text, direction }, sent }: { frame: FrameDetail; sent: string }) {
  return (
    <section class="section">
      <h3>Before and after</h3>
      <figure class="change">
        <figcaption class="faint">
          <span class="mono">{edits.filter((rule) => faults.includes(rule)).join(', ')}</span>, and what the{' '}
          {direction === 's2c' ? 'client' : 'server'} got
        </figcaption>
        <pre class="mono" tabindex={0}>
          <del>{text}</del>
          <ins>{sent}</ins>
        </pre>
      </figure>
    </section>
  )
}

/** Before and after of what rules changed. */
function Changes({ edits }: { edits: readonly EditRow[] }) {
  if (edits.length === 0) return null
  return (
    <section class="section">
      <h3>Before and after</h3>
      {edits.map(({ offset, removed, inserted, rule }) => (
        <figure key={`${offset} ${rule}`} class="change">
          <figcaption class="faint">
            <span class="mono">{rule}</span>, from byte <span class="num">{offset}</span>
          </figcaption>
          <pre class="mono" tabindex={0}>
            {removed !== '' && <del>{removed}</del>}
            {inserted === null ? <span class="faint">(a secret)</span> : inserted !== '' && <ins>{inserted}</ins>}
          </pre>
        </figure>
      ))}
    </section>
  )
}
