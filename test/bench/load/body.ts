import { connect } from 'node:net'
import { type BodyResult, giveUpMs, type Load } from './load.ts'

/** Fetches one body and throws it away. */
export function bodyLoad({ port, bytes }: Load & { mode: 'body' }): Promise<BodyResult> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    let seen = 0
    const socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.alloc(256 * 1024),
        callback: (read) => {
          seen += read
          // the head comes on top, a few hundred bytes
          if (seen >= bytes) {
            resolve({ bytes: seen, ms: performance.now() - start })
            socket.destroy()
          }
          return true
        },
      },
    })
    socket.setTimeout(giveUpMs, () => socket.destroy(new Error('no bytes')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`${seen} of ${bytes} bytes`)))
    socket.write(`GET /big?bytes=${bytes} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  })
}
