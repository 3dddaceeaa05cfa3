/** A JSON-RPC message as an SDK client sent or received it. */
export interface Said {
  readonly direction: 'c2s' | 's2c'
  readonly message: Readonly<Record<string, unknown>>
}

/** What both generations of the SDK call a transport, as far as it matters here. */
interface AnyTransport {
  send(message: unknown, options?: unknown): Promise<void>
  onmessage?: ((message: never, extra?: never) => void) | undefined
}

/** Writes down every message that goes through an SDK client's transport, and changes nothing. Before `connect`. */
export function transcriptOf(transport: AnyTransport): readonly Said[] {
  const said: Said[] = []
  const note = (direction: Said['direction'], message: unknown): void => {
    for (const each of Array.isArray(message) ? message : [message]) {
      said.push({ direction, message: structuredClone(each) as Said['message'] })
    }
  }
  const send = transport.send.bind(transport)
  transport.send = (message, options) => {
    note('c2s', message)
    return send(message, options)
  }
  let inner: ((message: never, extra?: never) => void) | undefined
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    get: () =>
      inner &&
      ((message: never, extra: never) => {
        note('s2c', message)
        inner?.(message, extra)
      }),
    set: (listener: typeof inner) => {
      inner = listener
    },
  })
  return said
}

/** What must be in a capture's list of calls, told from the client's side: `c2s tools/call echo 3 ok`. */
export function callsOf(said: readonly Said[]): string[] {
  return said
    .filter(({ message }) => typeof message['method'] === 'string' && message['id'] !== undefined)
    .map(({ direction, message: { method, id, params } }) => {
      const answer = said.find(
        (other) => other.direction !== direction && other.message['id'] === id && other.message['method'] === undefined,
      )?.message
      const cancelled = said.some(
        (other) =>
          other.direction === direction &&
          other.message['method'] === 'notifications/cancelled' &&
          (other.message['params'] as { requestId?: unknown }).requestId === id,
      )
      const outcome =
        answer === undefined
          ? cancelled
            ? 'cancelled'
            : 'pending'
          : answer['error'] !== undefined
            ? 'error'
            : (answer['result'] as { isError?: boolean }).isError === true
              ? 'tool-error'
              : 'ok'
      return callLine(
        direction,
        method as string,
        (params as { name?: string } | undefined)?.name,
        JSON.stringify(id),
        outcome,
      )
    })
    .sort()
}

/** One call in one line, for comparing lists. */
export function callLine(
  direction: string,
  method: string,
  tool: string | null | undefined,
  id: string,
  outcome: string,
): string {
  const named = method === 'tools/call' || method === 'prompts/get' ? [tool ?? '-'] : []
  return [direction, method, ...named, id, outcome].join(' ')
}

/** JSON with its keys in order: equal for equal values. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )

/** What differs from run to run by its nature, taken out: session and event ids, instants. */
export const withoutChance = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null)
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<instant>')
      .replaceAll(/\d{1,2}:\d\d:\d\d [AP]M/g, '<time>')
      // “Resource … created at <time>”, in base64
      .replaceAll(/"UmVzb3VyY2Ug[\w+/=]+"/g, '"<blob>"'),
  )
