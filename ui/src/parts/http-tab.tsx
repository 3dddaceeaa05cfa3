import { useEffect, useState } from 'preact/hooks'
import type { ApiError, FrameDetail, FrameRow } from '../../../src/api/contract.ts'
import { errorOf } from '../api/client.ts'
import { useApp } from '../app-context.ts'
import { ErrorCard } from './error-card.tsx'
import { HeadView } from './head-view.tsx'

/** The heads of the exchange a frame belongs to, the request's first. */
export function HttpTab({ frame }: { frame: FrameDetail }) {
  const { selection } = useApp()
  const flow = selection.flow.value
  if (flow === null) return <p class="faint empty">Loading…</p>
  if (flow.flow.kind !== 'http')
    return <p class="faint empty">This frame came by {flow.flow.kind}, without HTTP heads.</p>
  const heads = flow.frames.filter(({ kind }) => kind === 'head')
  if (heads.length === 0) return <p class="faint empty">The heads of this exchange are not in the capture.</p>
  return (
    <>
      {heads.map((head) => (
        <section key={head.id} class="section">
          <h3>{head.direction === 'c2s' ? 'Request' : 'Response'}</h3>
          <Head row={head} known={head.id === frame.id ? frame : null} />
        </section>
      ))}
    </>
  )
}

function Head({ row, known }: { row: FrameRow; known: FrameDetail | null }) {
  const { selection } = useApp()
  const [head, setHead] = useState<FrameDetail | null>(known)
  const [error, setError] = useState<ApiError | null>(null)
  useEffect(() => {
    if (known !== null) return
    selection.detail(row.id).then(setHead, (cause: unknown) => setError(errorOf(cause)))
  }, [row.id])
  if (error !== null) return <ErrorCard error={error} />
  return head === null ? <p class="faint mono">{row.label}</p> : <HeadView frame={head} />
}
