/** Two sockets joined with one thing wrong: the guards are tried on these. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { StartProxy } from './line.ts'

/** What a flawed pipe does differently from one that is right. */
export interface Flaw {
  /** Changes bytes on their way. */
  bytes?(text: string, direction: 'c2s' | 's2c'): string
  /** Keeps what comes until the writer has ended. */
  whole?: 'c2s' | 's2c'
  /** Passes each ending on so much later. */
  lateMs?: number
  /** What a reset becomes: `fin`, or a reset that drops what has not left yet; `unprobed` takes the kernel's word for EOF. */
  reset?: 'fin' | 'unprobed'
  /** Ends both directions when one ends. */
  closesBoth?: boolean
  /** Reads on when the other side does not. */
  greedy?: boolean
  /** Closes after so much silence. */
  idleMs?: number
  /** One connection at a time. */
  single?: boolean
  /** Sends that to a client whose server cannot be reached. */
  refusal?: string
}

interface Ends {
  readonly from: Socket
  readonly to: Socket
  readonly direction: 'c2s' | 's2c'
}

function pass({ from, to, direction }: Ends, flaw: Flaw): void {
  const kept: Buffer[] = []
  const send = (bytes: Buffer): void => {
    if (!to.writable) return
    const text = flaw.bytes?.(bytes.toString('latin1'), direction)
    const going = to.write(text === undefined ? bytes : Buffer.from(text, 'latin1'))
    if (!going && flaw.greedy !== true) from.pause()
  }
  const later = (act: () => void): void => void (flaw.lateMs === undefined ? act() : setTimeout(act, flaw.lateMs))
  const end = (): void => {
    if (kept.length > 0) send(Buffer.concat(kept))
    to.end()
    if (flaw.closesBoth === true) from.end()
  }
  const reset = (): void => void (flaw.reset === 'fin' ? to.destroy() : to.resetAndDestroy())
  to.on('drain', () => from.resume())
  from.on('data', (bytes: Buffer) => void (flaw.whole === direction ? kept.push(bytes) : send(bytes)))
  from.on('error', () => later(reset))
  from.on('end', () => {
    if (flaw.reset !== undefined || !from.writable) later(end)
    else from.write('', (error) => later(error ? reset : end))
  })
  if (flaw.idleMs !== undefined) from.setTimeout(flaw.idleMs, () => from.end())
}

/** With no flaw at all it keeps every law but those on edits and on answers of its own. */
export function flawedPipe(flaw: Flaw): StartProxy {
  return async ({ port, host = '127.0.0.1' }) => {
    const sockets = new Set<Socket>()
    const options = { allowHalfOpen: true, noDelay: true, highWaterMark: 1 }
    const server = createServer(options, (client) => {
      if (flaw.single === true && sockets.size > 0) return void sockets.add(client.on('error', () => {}))
      const upstream = connect({ port, host, ...options })
      sockets.add(client).add(upstream)
      const { refusal } = flaw
      if (refusal !== undefined) upstream.on('error', () => client.end(refusal))
      pass({ from: client, to: upstream, direction: 'c2s' }, flaw)
      pass({ from: upstream, to: client, direction: 's2c' }, flaw)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const close = async (): Promise<void> => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
    return { port: (server.address() as AddressInfo).port, close }
  }
}
