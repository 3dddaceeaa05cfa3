import { connect } from 'node:net'
import { unchunker } from './unchunk.ts'
import { type EventResult, giveUpMs, type Load, percentile } from './load.ts'

const now = (): number => Number(process.hrtime.bigint() / 1000n)

/** Reads event streams to their end; an event's delay is from the instant inside it to its last byte here. */
export async function eventLoad({ port, connections, count, every }: Load & { mode: 'events' }): Promise<EventResult> {
  const delays = new Float64Array(connections * count)
  let events = 0
  const start = performance.now()

  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      const unchunk = unchunker()
      let rest = ''
      let seen = 0
      socket.setTimeout(giveUpMs, () => socket.destroy(new Error('no events')))
      socket.setEncoding('latin1')
      socket.on('error', reject)
      socket.on('close', () => (seen === count ? resolve() : reject(new Error(`${seen} of ${count} events`))))
      socket.on('connect', () =>
        socket.write(
          `GET /events?count=${count}&every=${every} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`,
        ),
      )
      socket.on('data', (text: string) => {
        const at = now()
        rest += unchunk(text)
        let from = 0
        for (let mark = rest.indexOf('"at":'); mark !== -1; mark = rest.indexOf('"at":', from)) {
          const end = rest.indexOf('\n\n', mark)
          if (end === -1) break
          delays[events++] = at - Number(rest.slice(mark + 5, rest.indexOf(',', mark)))
          seen++
          from = end + 2
        }
        rest = rest.slice(from)
        if (seen === count) socket.destroy()
      })
    })

  await Promise.all(Array.from({ length: connections }, one))
  const seconds = (performance.now() - start) / 1000
  const sorted = delays.subarray(0, events).sort()
  return {
    events,
    perSecond: events / seconds,
    p50: percentile(sorted, 0.5) / 1000,
    p99: percentile(sorted, 0.99) / 1000,
  }
}
