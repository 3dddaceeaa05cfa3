import type { ApiError, LiveChange, Status } from '../../../src/api/contract.ts'
import { errorOf, type Api } from './client.ts'
import { createEventReader, type LiveEvent } from './event-reader.ts'

/** How the live connection stands. */
export type LiveState =
  | { readonly is: 'connecting' }
  | { readonly is: 'open' }
  | { readonly is: 'waiting'; readonly error: ApiError; readonly attempt: number; readonly retryMs: number }

export interface LiveOptions {
  readonly api: Api
  /** Newest change the page has; null takes what comes from now on. */
  readonly since: () => number | null
  /** Frames it does not hold for are told by their number alone; empty for none. */
  readonly filter: string
  readonly onChange: (change: LiveChange) => void
  readonly onStatus: (status: Status) => void
  readonly onState: (state: LiveState) => void
  /** Resolves after `ms`, or at once when the signal fires. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

const firstRetryMs = 500
const longestRetryMs = 5000

/** Reads `/api/live` until the signal fires, reconnecting by itself: after 0.5, 1, 2, 4, then every 5 s. */
export async function followLive(options: LiveOptions, signal: AbortSignal): Promise<void> {
  let attempt = 0
  let { filter } = options
  while (!signal.aborted) {
    if (attempt === 0) options.onState({ is: 'connecting' })
    const error = await readOnce({ ...options, filter }, signal, () => {
      attempt = 0
      options.onState({ is: 'open' })
    })
    if (signal.aborted) return
    if (error.code === 'FILTER_INVALID') {
      // the list says what is wrong with it; sessions and calls go on
      filter = ''
      continue
    }
    const retryMs = Math.min(firstRetryMs * 2 ** attempt, longestRetryMs)
    attempt++
    options.onState({ is: 'waiting', error, attempt, retryMs })
    await options.wait(retryMs, signal)
  }
}

const ended: ApiError = {
  code: 'LIVE_ENDED',
  message: 'The live stream ended.',
  hint: 'mitmcp may have stopped. This page reconnects by itself.',
}

async function readOnce(options: LiveOptions, signal: AbortSignal, opened: () => void): Promise<ApiError> {
  try {
    const stream = await options.api.open(
      '/api/live',
      { since: options.since(), ...(options.filter !== '' && { filter: options.filter }) },
      signal,
    )
    opened()
    const reader = stream.getReader()
    const decoder = new TextDecoder()
    const events = createEventReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return ended
      for (const event of events(decoder.decode(value, { stream: true }))) deliver(event, options)
    }
  } catch (cause) {
    const error = errorOf(cause)
    return error.code === 'PAGE_FAILED' ? ended : error
  }
}

function deliver({ type, data }: LiveEvent, { onChange, onStatus }: LiveOptions): void {
  if (type === 'change') onChange(JSON.parse(data) as LiveChange)
  else if (type === 'status') onStatus(JSON.parse(data) as Status)
}
