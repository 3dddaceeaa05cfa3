import { connect } from 'node:net'
import { type CallTimes, type Load, percentile } from './load.ts'

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'echo', arguments: { message: 'x'.repeat(118) } },
})

/** About 200 bytes of body: a small tools/call. */
export const requestOf = (port: number): string =>
  `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
  `Accept: application/json, text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** The body of `requestOf`, for other generators. */
export const requestBody = body

/** Where the answer that starts at `from` ends; -1 when it is not whole yet. */
function endOfAnswer(text: string, from: number): number {
  const head = text.indexOf('\r\n\r\n', from)
  if (head === -1) return -1
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(from, head))
  if (length === null) {
    const last = text.indexOf('\r\n0\r\n\r\n', head)
    return last === -1 ? -1 : last + 7
  }
  const end = head + 4 + Number(length[1])
  return end <= text.length ? end : -1
}

/** One call after the other on each connection; the first fifth of the time warms up and is not counted. */
export async function callLoad({ port, connections, seconds }: Load & { mode: 'calls' }): Promise<CallTimes> {
  const request = Buffer.from(requestOf(port))
  const start = performance.now()
  const countFrom = start + seconds * 200
  const until = start + seconds * 1000
  const taken = new Float64Array(Math.ceil(seconds * 200_000))
  let calls = 0
  let total = 0

  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      let rest = ''
      let asked = 0
      const ask = (): void => {
        asked = performance.now()
        socket.write(request)
      }
      socket.setEncoding('latin1')
      socket.on('connect', ask)
      socket.on('error', reject)
      socket.on('close', resolve)
      socket.on('data', (text: string) => {
        rest += text
        const end = endOfAnswer(rest, 0)
        if (end === -1) return
        if (!rest.startsWith('HTTP/1.1 200'))
          return void socket.destroy(new Error(`unexpected answer: ${rest.slice(0, 80)}`))
        rest = rest.slice(end)
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
    least: percentile(sorted, 0),
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
  }
}
