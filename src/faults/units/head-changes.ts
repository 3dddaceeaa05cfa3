/** Heads with fields set and taken away, all else as it was. */
import type { HeaderChanges } from '../unit.ts'

/** Each field line with its continuations, names in lower case; the empty name for what stands before the fields. */
function linesOf(text: string): { name: string; line: string }[] {
  const lines: { name: string; line: string }[] = []
  let begun = false
  for (const line of text.match(/[^\n]*\n/g) ?? []) {
    const isStart = !begun
    begun ||= line.trim() !== ''
    const folded = !isStart && /^[ \t]/.test(line) && line.trim() !== ''
    const last = lines.at(-1)
    if (folded && last !== undefined) last.line += line
    else lines.push({ name: isStart ? '' : (/^[^:\s]+(?=[ \t]*:)/.exec(line)?.[0] ?? '').toLowerCase(), line })
  }
  return lines
}

/**
 * The head with these fields: a value takes the place of the first of that name, whose spelling stays, and others of it go; a field that was not
 * there comes last; null takes all of that name away.
 */
export function changeHead(head: Uint8Array, changes: HeaderChanges): Buffer {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')
  const lines = linesOf(text)
  const end = text.endsWith('\r\n') ? '\r\n' : '\n'
  const blank = lines.pop()?.line ?? end
  for (const [name, value] of Object.entries(changes)) {
    const same = lines.filter((each) => each.name === name.toLowerCase())
    const [first] = same
    const spelled = first?.line.slice(0, name.length)
    for (const each of same) each.line = ''
    if (value === null) continue
    const written = Buffer.from(value.replace(/[\r\n]+/g, ' '), 'utf8').toString('latin1')
    if (first === undefined) lines.push({ name: name.toLowerCase(), line: `${name}: ${written}${end}` })
    else first.line = `${spelled}: ${written}${end}`
  }
  return Buffer.from(lines.map(({ line }) => line).join('') + blank, 'latin1')
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  425: 'Too Early',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** A whole response to a request of that method. `Content-Length` is added where a response of that status has one. */
export function responseTo(method: string, status: number, headers: HeaderChanges, body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body as Uint8Array)
  const empty = status === 204 || status === 304 || (status >= 100 && status < 200)
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    value === null || name.toLowerCase() === 'content-length' ? [] : [`${name}: ${value.replace(/[\r\n]+/g, ' ')}`],
  )
  if (!empty) fields.push(`Content-Length: ${bytes.length}`)
  const head = [`HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}`, ...fields, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head), empty || method === 'HEAD' ? Buffer.alloc(0) : bytes])
}
