/** An event of our own `/api/live`. */
export interface LiveEvent {
  readonly type: string
  readonly id: string
  readonly data: string
}

/** Reads our own event stream from any split of its text (WHATWG HTML §9.2.6, line feeds and CRLF). */
export function createEventReader(): (text: string) => LiveEvent[] {
  let rest = ''
  let type = ''
  let id = ''
  let data: string[] = []
  const line = (text: string): LiveEvent | null => {
    if (text === '') {
      const event = data.length > 0 ? { type: type === '' ? 'message' : type, id, data: data.join('\n') } : null
      type = ''
      data = []
      return event
    }
    const colon = text.indexOf(':')
    const name = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') type = value
    else if (name === 'data') data.push(value)
    else if (name === 'id') id = value
    return null
  }
  return (text) => {
    const lines = (rest + text).split(/\r?\n/)
    rest = lines.pop() ?? ''
    return lines.map(line).filter((event) => event !== null)
  }
}
