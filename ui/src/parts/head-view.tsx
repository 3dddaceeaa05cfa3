import { useMemo } from 'preact/hooks'
import type { FrameDetail } from '../../../src/api/contract.ts'
import { headLines, type HeadLine, type Segment } from '../state/head-lines.ts'
import { CopyButton } from './copy-button.tsx'

/** An HTTP head as it came, in order, with what we changed or redacted marked in place. */
export function HeadView({ frame }: { frame: FrameDetail }) {
  const lines = useMemo(() => headLines(frame.text, frame.editList, frame.redactions, frame.textLossy), [frame])
  const [start, ...fields] = lines
  return (
    <div class="head-view">
      <div class="head-start">
        <code class="mono">{start === undefined ? frame.startLine : <Segments segments={start.segments} />}</code>
        <CopyButton text={frame.text} label="Copy the head" small />
      </div>
      <dl class="head-fields mono">
        {fields.map((line) => (
          <Field key={line.offset} line={line} />
        ))}
      </dl>
      <HeadLegend frame={frame} />
    </div>
  )
}

/** Splits a line's pieces at the first colon, where the name ends. */
function Field({ line }: { line: HeadLine }) {
  const [first, ...rest] = line.segments
  const colon = first === undefined ? -1 : first.text.indexOf(':')
  if (first === undefined || colon < 0 || first.mark !== 'plain')
    return (
      <div class={line.edited ? 'head-field is-edited' : 'head-field'}>
        <dt />
        <dd>
          <Segments segments={line.segments} />
        </dd>
      </div>
    )
  const value = [{ ...first, text: first.text.slice(colon + 1).trimStart() }, ...rest]
  return (
    <div class={line.edited ? 'head-field is-edited' : 'head-field'}>
      <dt>{first.text.slice(0, colon)}</dt>
      <dd>
        <Segments segments={value.filter(({ text }) => text !== '')} />
      </dd>
    </div>
  )
}

const markTitle: Record<Segment['mark'], (why: string) => string | undefined> = {
  plain: () => undefined,
  removed: (why) => `As received; changed by us (${why})`,
  inserted: (why) => `Sent instead, by us (${why})`,
  secret: (why) => `Sent instead, by us (${why}); a secret, so it is not recorded`,
  redacted: (why) => `Redacted in the capture, passed on unchanged: ${why}`,
}

function Segments({ segments }: { segments: readonly Segment[] }) {
  return (
    <>
      {segments.map(({ text, mark, why }, at) =>
        mark === 'plain' ? (
          text
        ) : mark === 'removed' ? (
          <del key={at} title={markTitle.removed(why)}>
            {text}
          </del>
        ) : mark === 'redacted' ? (
          <span key={at} class="redacted" title={markTitle.redacted(why)}>
            {text} <span class="redacted-why">{why}</span>
          </span>
        ) : (
          <ins key={at} title={markTitle[mark](why)} class={mark === 'secret' ? 'is-secret' : undefined}>
            {text}
          </ins>
        ),
      )}
    </>
  )
}

function HeadLegend({ frame }: { frame: FrameDetail }) {
  const { editList, redactions } = frame
  if (editList.length + redactions.length === 0) return null
  const rules = [...new Set(editList.map(({ rule }) => rule))].join(', ')
  return (
    <p class="legend faint">
      {editList.length > 0 && (
        <span>
          <del>before</del> <ins>after</ins> changed by us ({rules}).{' '}
        </span>
      )}
      {redactions.length > 0 && <span>Redacted values were passed on unchanged; equal marks are equal secrets.</span>}
    </p>
  )
}
