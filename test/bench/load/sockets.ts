import { connect } from 'node:net'
import { type CallResult, type Load, percentile } from './load.ts'

const ID_DIGITS = 8
const KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d])
const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 10_000_000,
  method: 'tools/call',
  params: { name: 'echo', arguments: { message: 'x'.repeat(110) } },
})
const idAt = body.indexOf('10000000')
const LEAD = 8

const handshake = (port: number): string =>
  `GET /mcp HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mcp\r\n\r\n'

/** A tools/call of about 200 bytes as a masked text frame, to be given its id. */
function template(): Buffer {
  const frame = Buffer.alloc(LEAD + body.length)
  frame[0] = 0x81
  frame[1] = 0x80 | 126
  frame.writeUInt16BE(body.length, 2)
  KEY.copy(frame, 4)
  for (let at = 0; at < body.length; at++) frame[LEAD + at] = body.charCodeAt(at) ^ KEY[at & 3]!
  return frame
}

function withId(frame: Buffer, id: number): Buffer {
  const copy = Buffer.from(frame)
  const digits = String(10_000_000 + (id % 80_000_000))
  for (let at = 0; at < ID_DIGITS; at++) {
    copy[LEAD + idAt + at] = digits.charCodeAt(at) ^ KEY[(idAt + at) & 3]!
  }
  return copy
}

/** Length of the frame at the beginning; -1 when it is not whole. Servers do not mask. */
function endOfFrame(bytes: Buffer): number {
  if (bytes.length < 4) return -1
  const short = bytes[1]! & 0x7f
  const end = short === 126 ? 4 + bytes.readUInt16BE(2) : 2 + short
  return end <= bytes.length ? end : -1
}

/** One message there and back after the other on each WebSocket; the first fifth of the time warms up and is not counted. */
export async function socketLoad({ port, connections, seconds }: Load & { mode: 'sockets' }): Promise<CallResult> {
  const frame = template()
  const start = performance.now()
  const countFrom = start + seconds * 200
  const until = start + seconds * 1000
  const taken = new Float64Array(Math.ceil(seconds * 200_000))
  let calls = 0
  let total = 0

  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      let rest: Buffer = Buffer.alloc(0)
      let open = false
      let asked = 0
      let id = 0
      const ask = (): void => {
        asked = performance.now()
        socket.write(withId(frame, id++))
      }
      socket.on('connect', () => socket.write(handshake(port)))
      socket.on('error', reject)
      socket.on('close', resolve)
      socket.on('data', (bytes: Buffer) => {
        rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
        if (!open) {
          const end = rest.indexOf('\r\n\r\n')
          if (end === -1) return
          if (!rest.toString('latin1', 0, 12).startsWith('HTTP/1.1 101'))
            return void socket.destroy(new Error(`refused: ${rest.toString('latin1', 0, 80)}`))
          open = true
          rest = rest.subarray(end + 4)
          return ask()
        }
        const end = endOfFrame(rest)
        if (end === -1) return
        rest = rest.subarray(end)
        const now = performance.now()
        total++
        if (now >= countFrom) taken[calls++] = now - asked
        if (now >= until || calls === taken.length) socket.destroy()
        else ask()
      })
    })

  await Promise.all(Array.from({ length: connections }, one))
  const sorted = taken.subarray(0, calls).sort()
  return {
    calls,
    total,
    perSecond: calls / (seconds * 0.8),
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  }
}
