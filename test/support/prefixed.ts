/** Clients that say in every request line which server they mean, while they are told to ask as if there were one. */
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { createHttp1Splitter, createOutstanding, type Outstanding } from '../../src/wire/http1.ts'
import { createPeer, type Peer, type PeerOptions } from './raw.ts'

/** What is put before the path of a request. */
export interface Prefix {
  readonly text: string
  /** Replaces a target of `*`, too, and leaves those alone that name a server. */
  readonly isOrigin: boolean
}

/** A client whose requests get the prefix as it writes them; nothing waits. */
export async function dialPrefixed(port: number, before: Prefix, options: PeerOptions = {}): Promise<Peer> {
  const to = { port, host: '127.0.0.1', allowHalfOpen: true, highWaterMark: 1 } as NetConnectOpts
  const socket = connect(to)
  const peer = createPeer(socket, options)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  prefix(socket, before)
  return peer
}

function prefix(socket: Socket, before: Prefix): void {
  const write = socket.write.bind(socket) as (bytes: Uint8Array, ...rest: unknown[]) => boolean
  const end = socket.end.bind(socket) as (...rest: unknown[]) => Socket
  const outstanding = createOutstanding()
  const into = prefixer(outstanding, before)
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

function prefixer(outstanding: Outstanding, { text, isOrigin }: Prefix): (bytes: Buffer) => Buffer {
  const before = Buffer.from(text)
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
  /** What becomes of the place behind this byte; true: the prefix goes before it. */
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
      place = byte === 104 && !isOrigin ? 'authority' : 'none'
      return byte === 47 || (byte === STAR && isOrigin)
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
      out.push(bytes.subarray(from, at), before)
      from = byte === STAR ? at + 1 : at
    }
    return Buffer.concat([...out, bytes.subarray(from)])
  }
}

const STAR = 42
