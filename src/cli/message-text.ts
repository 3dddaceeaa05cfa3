/**
 * The JSON of a payload: itself, or joined from the `data:` lines of a server-sent event (WHATWG HTML §9.2.6). Other text as it is.
 */
export const messageText = (payload: string): string => {
  const lines = payload.split(/\r\n|\n|\r/)
  if (!lines.some((line) => line.startsWith('data:'))) return payload
  return lines
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''))
    .join('\n')
}

/**
 * What a message says beyond its method, on one line: arguments of a call, the text or structure of a result, an error's message.
 * Lenient: what is no JSON gives its first line; for a batch the part with the id asked for.
 */
export const previewOf = (payload: string, rpcId: string | null): string => {
  // an answer that a fault made up is kept with its head
  const text = messageText(payload.replace(/^HTTP\/1\.[01] \d{3}[^]*?\r\n\r\n/, ''))
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return text.split('\n', 1)[0] ?? ''
  }
  const messages = (Array.isArray(parsed) ? parsed : [parsed]).filter(isObject)
  const message = messages.find((one) => rpcId !== null && JSON.stringify(one['id']) === rpcId) ?? messages[0]
  if (message === undefined) return ''
  const error = message['error']
  if (isObject(error)) return typeof error['message'] === 'string' ? error['message'] : compact(error)
  const params = message['params']
  if (isObject(params)) return previewOfParams(params)
  const result = message['result']
  return isObject(result) ? previewOfResult(result) : ''
}

const previewOfParams = ({ name: _name, uri: _uri, _meta, ...params }: Record<string, unknown>): string => {
  const rest = isObject(params['arguments']) ? params['arguments'] : params
  return Object.keys(rest).length === 0 ? '' : compact(rest)
}

const previewOfResult = ({ _meta, ...result }: Record<string, unknown>): string => {
  const content = result['content']
  const first: unknown = Array.isArray(content) ? content[0] : undefined
  if (isObject(first) && typeof first['text'] === 'string') return JSON.stringify(first['text'])
  return Object.keys(result).length === 0 ? '' : compact(result)
}

/** A payload for reading: JSON indented by two, other text as it is. */
export const prettyText = (payload: string): string => {
  const text = messageText(payload)
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

/** At most this much of a value is put into a preview: it is cut to the line anyway. */
const MAX_PREVIEW = 2000

const compact = (value: unknown): string => JSON.stringify(value).slice(0, MAX_PREVIEW)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
