import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A server of its own process. */
export interface ServerProcess {
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/**
 * `@modelcontextprotocol/server-everything`, the reference server, on Streamable HTTP, or on the HTTP+SSE pair of 2024-11-05. It
 * cannot tell a port it chose itself.
 */
export async function startEverything(mode: 'streamableHttp' | 'sse' = 'streamableHttp'): Promise<ServerProcess> {
  const folder = dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json'))
  const port = await freePort()
  const child = spawn(process.execPath, [join(folder, 'dist/index.js'), mode], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines = createInterface(child.stderr)
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => /(listening|running) on port/.test(line) && resolve())
    child.once('exit', (code) => reject(new Error(`server-everything ended with ${code}`)))
  })
  return {
    url: `http://127.0.0.1:${port}/${mode === 'sse' ? 'sse' : 'mcp'}`,
    port,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
