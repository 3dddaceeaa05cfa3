/** Many servers behind one listener, as the laws start it: each client's requests get the path of the one server. */
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { createProxies } from '../../src/proxy.ts'
import { createHttp1Splitter, createOutstanding, type Outstanding } from '../../src/wire/http1.ts'
import type { StartProxy } from './line.ts'
import { createPeer, type Peer, type PeerOptions } from './raw.ts'

const PREFIX = Buffer.from('/s/own')

export function startRouted(): StartProxy {
  return async ({ port, host = '127.0.0.1' }, options) => {
    const proxies = await createProxies({
      servers: [
        { name: 'other', target: 'http://127.0.0.1:1/mcp' },
        { name: 'own', target: `http://${host}:${port}/mcp`, ...options },
      ],
      oneListener: { port: 0 },
      db: false,
      ui: false,
    })
    const own = proxies.servers[1]?.port ?? 0
    return { port: own, prefix: String(PREFIX), dial: (peer) => dialPrefixed(own, peer), close: proxies.close }
  }
}

async function dialPrefixed(port: number, options: PeerOptions = {}): Promise<Peer> {
  const to = { port, host: '127.0.0.1', allowHalfOpen: true, highWaterMark: 1 } as NetConnectOpts
  const socket = connect(to)
  const peer = createPeer(socket, options)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  prefix(socket)
  return peer
}

/** Puts the path into every request line that is written, as it passes: nothing waits. */
function prefix(socket: Socket): void {
  const write = socket.write.bind(socket) as (bytes: Uint8Array, ...rest: unknown[]) => boolean
  const end = socket.end.bind(socket) as (...rest: unknown[]) => Socket
  const outstanding = createOutstanding()
  const into = prefixer(outstanding)
  watchAnswers(socket, outstanding)
  const bytesOf = (data: unknown, encoding: unknown): Buffer =>
    typeof data === 'string'
      ? Buffer.from(data, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
      : (data as Buffer)
  socket.write = ((data: unknown, ...rest: unknown[]) =>
    write(into(bytesOf(data, rest[0])), ...rest.filter((each) => typeof each !== 'string'))) as Socket['write']
  socket.end = ((data?: unknown, ...rest: unknown[]) => {
    if (data !== undefined && typeof data !== 'function') socket.write(bytesOf(data, rest[0]))
    return end()
  }) as Socket['end']
}

/** What a request behind an upgrade is depends on the answer: reads along. */
function watchAnswers(socket: Socket, outstanding: Outstanding): void {
  const answers = createHttp1Splitter('response', outstanding, {
    headSpan: nothing,
    head: nothing,
    payload: nothing,
    framing: nothing,
    messageEnd: nothing,
    opaque: nothing,
  })
  const emit = socket.emit.bind(socket) as (name: string, ...rest: unknown[]) => boolean
  socket.emit = (name: string, ...rest: unknown[]) => {
    if (name === 'data') answers.push(rest[0] as Buffer)
    return emit(name, ...rest)
  }
}

const nothing = (): void => undefined

/** Where in a request line the next byte is. */
type Place = 'none' | 'method' | 'blank' | 'authority'

function prefixer(outstanding: Outstanding): (bytes: Buffer) => Buffer {
  let starts: number[] = []
  let inHead = false
  let place: Place = 'none'
  let slashes = 0
  const splitter = createHttp1Splitter('request', outstanding, {
    headSpan: (_chunk, from) => {
      if (!inHead) starts.push(from)
      inHead = true
    },
    head: () => void (inHead = false),
    payload: nothing,
    framing: nothing,
    messageEnd: nothing,
    opaque: nothing,
  })
  /** What becomes of the place behind this byte; true: the path begins with it. */
  const step = (byte: number): boolean => {
    const blank = byte === 32
    if (byte === 10 || byte === 13) {
      if (place !== 'method') place = 'none'
      return false
    }
    if (place === 'method') {
      if (blank) place = 'blank'
      return false
    }
    if (place === 'blank' && !blank) {
      slashes = 0
      place = byte === 104 ? 'authority' : 'none'
      return byte === 47
    }
    if (place !== 'authority') return false
    if (byte === 47) slashes++
    if (slashes < 3 && !blank) return false
    place = 'none'
    return slashes === 3
  }
  return (bytes) => {
    starts = []
    splitter.push(bytes)
    const out: Buffer[] = []
    let from = 0
    for (const [at, byte] of bytes.entries()) {
      if (starts.includes(at)) place = 'method'
      if (place === 'none' || !step(byte)) continue
      out.push(bytes.subarray(from, at), PREFIX)
      from = at
    }
    return Buffer.concat([...out, bytes.subarray(from)])
  }
}
