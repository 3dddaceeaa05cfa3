import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect as tlsConnect, createServer, type TLSSocket } from 'node:tls'
import { firstLine, stop } from '../processes.ts'
import type { Solo } from '../suite.ts'
import { figure, median } from '../table.ts'

const runs = 200
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const fixture = (name: string): string =>
  readFileSync(new URL(`../../test/fixtures/tls/${name}`, import.meta.url), 'utf8')

/** How long a client waits for its TLS: straight to the server, and in a tunnel that forward mode opens; one after the other. */
export const handshakes: Solo = {
  name: 'forward',
  title: 'TLS handshakes in forward mode',
  run: async ({ folder }) => {
    const server = createServer({ key: fixture('localhost.key'), cert: fixture('localhost.pem') }, (socket) =>
      socket.on('error', () => undefined),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const data = join(folder, 'forward')
    mkdirSync(data)
    const args = ['forward', '--port', '0', '--no-ui', '--insecure', '--json', '--db', join(data, 'capture.db')]
    const child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, XDG_DATA_HOME: data },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const ready = (await firstLine(child)) as { proxy: string; ca: string }
      const proxyPort = Number(new URL(ready.proxy).port)
      const ca = readFileSync(ready.ca, 'utf8')
      const straight: number[] = []
      const opened: number[] = []
      for (let run = 0; run < runs; run++) {
        straight.push(await handshake(connect(port, '127.0.0.1'), { rejectUnauthorized: false }))
        opened.push(await handshake(await tunnel(proxyPort, `localhost:${port}`), { ca }))
      }
      const [firstMs = 0, ...later] = opened
      const figures = { firstMs, ms: median(later), p99Ms: share(later, 0.99), directMs: median(straight) }
      return {
        lines: [
          `median ${figure(figures.ms)} ms, p99 ${figure(figures.p99Ms)} ms of ${later.length} after the first for the host, which took ${figure(firstMs)} ms; straight to the server ${figure(figures.directMs)} ms; bound 15 ms`,
        ],
        figures,
      }
    } finally {
      await stop(child)
      server.close()
    }
  },
}

function share(values: readonly number[], part: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? Number.NaN
}

/** Milliseconds from the ClientHello to a verified server. */
async function handshake(socket: Socket, trust: { ca?: string; rejectUnauthorized?: boolean }): Promise<number> {
  const from = performance.now()
  const secure: TLSSocket = tlsConnect({ socket, servername: 'localhost', ...trust })
  await new Promise<void>((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject))
  const ms = performance.now() - from
  secure.destroy()
  return ms
}

async function tunnel(port: number, authority: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
  const answer = await new Promise<Buffer>((resolve, reject) => socket.once('data', resolve).once('error', reject))
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(answer.toString('latin1'))
  return socket
}
