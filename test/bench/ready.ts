import type { Server } from 'node:net'

/** Tells the bench on stdout which port this process listens on. */
export function ready(server: Server): void {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  process.stdout.write(`${JSON.stringify({ port: address.port })}\n`)
}
