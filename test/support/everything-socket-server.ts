import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ServerProcess } from './everything-server.ts'

/** The reference server over WebSocket, in a process of its own; `compressed`: it agrees to permessage-deflate. */
export async function startEverythingSocket(compressed: boolean): Promise<ServerProcess> {
  const script = fileURLToPath(new URL('../fixtures/everything-socket.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, ...(compressed ? ['compressed'] : [])], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => resolve(Number(line)))
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  return {
    url: `ws://127.0.0.1:${port}/mcp`,
    port,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
