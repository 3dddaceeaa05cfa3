/** One block of an event stream taken apart for the eye; order kept (WHATWG HTML §9.2.6). */
export interface EventBlock {
  readonly event: string | null
  readonly id: string | null
  readonly retry: string | null
  /** Lines of `data` joined by line feeds; null when there is none. */
  readonly data: string | null
  readonly comments: readonly string[]
  /** Fields the standard does not know. */
  readonly unknown: readonly string[]
}

export function parseEventBlock(text: string): EventBlock {
  const fields = new Map<string, string>()
  const data: string[] = []
  const comments: string[] = []
  const unknown: string[] = []
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    if (line === '') continue
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (colon === 0) comments.push(value)
    else if (name === 'data') data.push(value)
    else if (name === 'event' || name === 'id' || name === 'retry') fields.set(name, value)
    else unknown.push(line)
  }
  return {
    event: fields.get('event') ?? null,
    id: fields.get('id') ?? null,
    retry: fields.get('retry') ?? null,
    data: data.length > 0 ? data.join('\n') : null,
    comments,
    unknown,
  }
}
