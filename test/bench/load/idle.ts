import { connect, type Socket } from 'node:net'
import type { Load } from './load.ts'

/** Opens streams that stay silent, says how many are open, and keeps them until its stdin ends. */
export async function idleLoad({ port, connections }: Load & { mode: 'idle' }): Promise<object> {
  const sockets: Socket[] = []
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      sockets.push(socket)
      let text = ''
      const look = (chunk: string): void => {
        text += chunk
        if (!text.includes(': open\n\n')) return
        socket.off('data', look)
        socket.resume()
        resolve()
      }
      socket.setEncoding('latin1')
      socket.on('data', look)
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('closed')))
      socket.write(`GET /idle HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`)
    })
  const start = performance.now()
  for (let done = 0; done < connections; done += 100)
    await Promise.all(Array.from({ length: Math.min(100, connections - done) }, open))
  process.stdout.write(`${JSON.stringify({ open: sockets.length, ms: performance.now() - start })}\n`)
  await new Promise((resolve) => process.stdin.on('end', resolve).resume())
  return {}
}
