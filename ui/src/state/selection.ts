import { signal, type ReadonlySignal } from '@preact/signals'
import type { ApiError, FlowDetail, FrameDetail, LiveChange } from '../../../src/api/contract.ts'
import { errorOf, type Api } from '../api/client.ts'

/** The frame in the detail pane, with its flow. The last one stays until the next has come, so that nothing flickers. */
export interface Selection {
  readonly frame: ReadonlySignal<FrameDetail | null>
  readonly flow: ReadonlySignal<FlowDetail | null>
  readonly error: ReadonlySignal<ApiError | null>
  readonly select: (id: number | null) => Promise<void>
  /** Loads again what a live change has touched, at most once a second. */
  readonly apply: (change: Pick<LiveChange, 'frames' | 'otherFrames' | 'flows'>) => void
  /** A frame by id, kept for a while: heads for the HTTP tab. */
  readonly detail: (id: number) => Promise<FrameDetail>
}

const kept = 200
const refreshMs = 1000

export function createSelection(api: Api): Selection {
  const frame = signal<FrameDetail | null>(null)
  const flow = signal<FlowDetail | null>(null)
  const error = signal<ApiError | null>(null)
  const cache = new Map<number, FrameDetail>()
  let run = new AbortController()

  const fetchDetail = async (id: number, signal?: AbortSignal) => {
    const found = await api.get<FrameDetail>(`/api/frames/${id}`, {}, signal)
    cache.set(id, found)
    for (const old of cache.keys()) {
      if (cache.size <= kept) break
      cache.delete(old)
    }
    return found
  }
  const select = async (id: number | null) => {
    run.abort()
    run = new AbortController()
    const { signal } = run
    error.value = null
    if (id === null) {
      frame.value = null
      flow.value = null
      return
    }
    try {
      const found = await fetchDetail(id, signal)
      if (flow.value?.flow.id !== found.flow) flow.value = null
      frame.value = found
      flow.value = await api.get<FlowDetail>(`/api/flows/${found.flow}`, {}, signal)
    } catch (cause) {
      if (!signal.aborted) error.value = errorOf(cause)
    }
  }
  let stale = false
  const refresh = async () => {
    const { signal } = run
    const shown = frame.value
    stale = false
    if (shown === null) return
    try {
      if (shown.sentAt === null) frame.value = await fetchDetail(shown.id, signal)
      flow.value = await api.get<FlowDetail>(`/api/flows/${shown.flow}`, {}, signal)
    } catch (cause) {
      if (!signal.aborted) error.value = errorOf(cause)
    }
  }
  const apply = ({ frames, otherFrames, flows }: Pick<LiveChange, 'frames' | 'otherFrames' | 'flows'>) => {
    const id = frame.value?.flow
    if (stale || id === undefined) return
    stale =
      flows.some((row) => row.id === id) ||
      frames.some((row) => row.flow === id) ||
      otherFrames.includes(frame.value?.id ?? 0)
    if (stale) setTimeout(() => void refresh(), refreshMs)
  }
  return { frame, flow, error, select, apply, detail: async (id) => cache.get(id) ?? fetchDetail(id) }
}
