/** What the kernel still holds for a peer that reads slowly. Node has no call for it; Linux shows it under /proc. */
import { readFile } from 'node:fs/promises'
import type { Clock } from '../pipe/clock.ts'

const POLL_US = 10_000
/** After this long a reader counts as gone, and what the kernel holds for it is given up. */
const BOUND_US = 30_000_000

interface Connected {
  readonly destroyed: boolean
  readonly localPort?: number | undefined
  readonly remotePort?: number | undefined
}

/** Resolves when the peer has everything that was written, when the socket is gone, or after 30 s. At once where there is no /proc. */
export async function kernelDrained(socket: Connected, clock: Clock): Promise<void> {
  const { localPort, remotePort } = socket
  if (localPort === undefined || remotePort === undefined) return
  const until = clock.now() + BOUND_US
  while (!socket.destroyed && clock.now() < until) {
    const queued = await queuedBytes(localPort, remotePort)
    if (queued === 0) return
    await new Promise<void>((resolve) => clock.at(clock.now() + POLL_US, resolve))
  }
}

async function queuedBytes(localPort: number, remotePort: number): Promise<number> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/self/net/${name}`, 'latin1').catch(() => '')),
  )
  return tables.reduce((sum, table) => sum + queuedIn(table, localPort, remotePort), 0)
}

/** Sum of `tx_queue` over the lines of a /proc/net/tcp table that join these ports. */
export function queuedIn(table: string, localPort: number, remotePort: number): number {
  const line = new RegExp(
    `^ *\\d+: [0-9A-F]+:${hex(localPort)} [0-9A-F]+:${hex(remotePort)} [0-9A-F]{2} ([0-9A-F]{8}):`,
    'gm',
  )
  let sum = 0
  for (const found of table.matchAll(line)) sum += Number.parseInt(found[1] ?? '0', 16)
  return sum
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}
