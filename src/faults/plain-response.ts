/** An HTTP/1.1 response of a fault's where no request is at hand to answer. */
import { STATUS_CODES } from 'node:http'

/** Whole, with `Content-Length` and `Connection: close`. */
export function plainResponse(status: number, headers: Readonly<Record<string, string>>, body: string): Uint8Array {
  const fields = {
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'))
}
