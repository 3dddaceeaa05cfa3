/** An event stream as a client reads it: `fetch`, and a parser that is not ours. */
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { onTestFinished } from 'vitest'

export interface EventClient {
  readonly status: number
  readonly response: Response
  /** Events, as they came. */
  readonly events: EventSourceMessage[]
  readonly comments: string[]
  readonly retries: number[]
  /** JSON of the events: the progress, the id of an answer, or the data of a log. */
  said(): unknown[]
  /** Resolves when so many events are there. */
  until(count: number): Promise<void>
  /** Resolves with how it ended: `end`, or the code of the error. */
  readonly ended: Promise<string>
}

/** Reads what a request is answered by. */
export async function readEvents(url: string, init: RequestInit): Promise<EventClient> {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const response = await fetch(url, { ...init, signal: abort.signal })
  const events: EventSourceMessage[] = []
  const comments: string[] = []
  const retries: number[] = []
  const waiting = new Set<() => void>()
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onComment: (comment) => void comments.push(comment),
    onRetry: (ms) => void retries.push(ms),
  })
  const read = async (): Promise<string> => {
    const decoder = new TextDecoder()
    try {
      for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
        parser.feed(decoder.decode(bytes, { stream: true }))
        for (const look of waiting) look()
      }
      return 'end'
    } catch (error) {
      return ((error as Error).cause as { code?: string } | undefined)?.code ?? (error as Error).name
    }
  }
  return {
    status: response.status,
    response,
    events,
    comments,
    retries,
    said: () => events.map(({ data }) => gist(data)),
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (events.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    ended: read(),
  }
}

/** What a message is about, in a word. */
export function gist(text: string): unknown {
  try {
    const { id, method, params } = JSON.parse(text) as {
      id?: unknown
      method?: string
      params?: { progress?: number; data?: unknown }
    }
    if (method === undefined) return `answer ${String(id)}`
    return params?.progress === undefined ? (params?.data ?? method) : `progress ${String(params.progress)}`
  } catch {
    return text
  }
}
