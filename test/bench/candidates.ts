import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { type Peer, startPeer, stop } from './processes.ts'

/** Something between client and server, measured like the others. */
export interface Candidate {
  readonly name: string
  /** Suites it cannot take part in, and why. */
  readonly not?: Readonly<Record<string, string>>
  /** Why it is not here; undefined when it is. */
  missing(): string | undefined
  /** `capture`: where ours records to; a new file in `folder` unless named. */
  start(upstream: Peer, folder: string, capture?: string): Promise<Peer>
}

const here = (): undefined => undefined
const require = createRequire(import.meta.url)

const installed = (command: string, flag: string) => (): string | undefined => {
  try {
    execFileSync(command, [flag], { stdio: 'ignore', timeout: 20_000 })
    return undefined
  } catch {
    return `${command} is not installed`
  }
}

const resolvable = (name: string) => (): string | undefined => {
  try {
    require.resolve(name)
    return undefined
  } catch {
    return `${name} is not installed`
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

/** A program that is told its port and prints nothing: asked until it accepts. */
async function startProgram(command: string, args: readonly string[], port: number): Promise<Peer> {
  const child = spawn(command, args, { stdio: 'ignore' })
  const until = performance.now() + 20_000
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error(`${command} does not listen`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { pid: child.pid!, port, child, stop: () => stop(child) }
}

const nginxSettings = (port: number, upstream: number, folder: string): string => `
daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; worker_rlimit_nofile 16384;
events { worker_connections 16384; }
http {
  access_log off; keepalive_requests 100000000;
  client_body_temp_path ${folder}/nginx-a; proxy_temp_path ${folder}/nginx-b; fastcgi_temp_path ${folder}/nginx-c;
  uwsgi_temp_path ${folder}/nginx-d; scgi_temp_path ${folder}/nginx-e;
  upstream server_behind { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://server_behind; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 600s;
    }
  }
}
`

export const candidates: readonly Candidate[] = [
  {
    name: 'direct',
    missing: here,
    start: (upstream) => Promise.resolve({ ...upstream, stop: () => Promise.resolve() }),
  },
  { name: 'TCP pipe', missing: here, start: (upstream) => startPeer('pipe', [String(upstream.port)]) },
  {
    name: 'http-proxy',
    missing: resolvable('http-proxy'),
    start: (upstream) => startPeer('http-proxy', [String(upstream.port)]),
  },
  {
    name: 'ours, recording',
    missing: here,
    start: (upstream, folder, capture = join(folder, `${Date.now()}.db`)) =>
      startPeer('ours', [String(upstream.port), capture]),
  },
  { name: 'ours, off', missing: here, start: (upstream) => startPeer('ours', [String(upstream.port), 'off']) },
  {
    name: 'nginx',
    missing: installed('nginx', '-v'),
    not: { websocket: 'is set up for HTTP alone' },
    start: async (upstream, folder) => {
      const port = await freePort()
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'nginx.conf'), nginxSettings(port, upstream.port, folder))
      return startProgram('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], port)
    },
  },
  {
    name: 'mockttp',
    missing: resolvable('mockttp'),
    not: {
      sse: 'holds events back',
      big: 'holds bodies in memory',
      streams: 'holds events back',
      websocket: 'is set up for HTTP alone',
    },
    start: (upstream) => startPeer('mockttp', [String(upstream.port)]),
  },
  {
    name: 'mitmdump',
    missing: installed('mitmdump', '--version'),
    not: { sse: 'holds events back', big: 'holds bodies in memory', streams: 'holds events back' },
    start: async (upstream) => {
      const port = await freePort()
      const target = `reverse:http://127.0.0.1:${upstream.port}`
      return startProgram(
        'mitmdump',
        ['-q', '--mode', target, '--listen-host', '127.0.0.1', '--listen-port', `${port}`],
        port,
      )
    },
  },
]
