/** What the event streams of a session have said, for as long as it may be asked for again. */

/** Events remembered, of all streams together; the oldest are forgotten first. */
const REMEMBERED = 1000

interface Remembered {
  readonly id: string
  /** With its id, without its blank line. */
  readonly block: string
  readonly stream: string
  readonly verb: 'get' | 'post'
}

export interface StreamMemory {
  /** An event of a stream; gives its id, and whether it is ours because it had none. */
  add(stream: string, verb: 'get' | 'post', block: string): { readonly id: string; readonly given: boolean }
  /** The stream continues the one that event belongs to. */
  goOn(stream: string, from: string): void
  /** An id that was given here. */
  isOurs(id: string): boolean
  /** How the stream of that event was opened; null when it is forgotten. */
  verbOf(id: string): 'get' | 'post' | null
  /** Events of its stream behind that one. */
  behind(id: string): readonly string[]
  /** The last so many events of its stream, that one included. */
  upTo(id: string, count: number): readonly string[]
  /** The newest id of another stream; null when there is none. */
  foreignTo(id: string): string | null
}

export function createStreamMemory(): StreamMemory {
  const events: Remembered[] = []
  /** The stream that a resumed one goes on with. */
  const origins = new Map<string, string>()
  let given = 0
  const find = (id: string): Remembered | undefined => events.find((event) => event.id === id)
  const ofStream = (id: string): readonly Remembered[] => {
    const stream = find(id)?.stream
    return stream === undefined ? [] : events.filter((event) => event.stream === stream)
  }
  return {
    add: (stream, verb, written) => {
      const block = written.replace(/[\r\n]+$/, '')
      const own = /^id: ?(.*)$/m.exec(block)?.[1]?.trim()
      const id = own ?? `mitmcp-${++given}`
      const origin = origins.get(stream) ?? stream
      const { verb: first = verb } = events.find((event) => event.stream === origin) ?? {}
      events.push({ id, block: own === undefined ? `id: ${id}\n${block}` : block, stream: origin, verb: first })
      if (events.length > REMEMBERED) events.shift()
      return { id, given: own === undefined }
    },
    goOn: (stream, from) => {
      const origin = find(from)?.stream
      if (origin !== undefined) origins.set(stream, origin)
      const [oldest] = origins.keys()
      if (origins.size > REMEMBERED && oldest !== undefined) origins.delete(oldest)
    },
    isOurs: (id) => id.startsWith('mitmcp-'),
    verbOf: (id) => find(id)?.verb ?? null,
    behind: (id) => {
      const all = ofStream(id)
      return all.slice(all.findIndex((event) => event.id === id) + 1).map(({ block }) => block)
    },
    upTo: (id, count) => {
      const all = ofStream(id)
      const known = all.findIndex((event) => event.id === id)
      return all.slice(Math.max(0, known + 1 - count), known + 1).map(({ block }) => block)
    },
    foreignTo: (id) => {
      const stream = find(id)?.stream
      return events.findLast((event) => event.stream !== stream)?.id ?? null
    },
  }
}
