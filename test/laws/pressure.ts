/** Law 8: a slow reader slows the writer, and loses nothing. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'vitest'
import { same, sameTogether, type Bench, type Law } from './law.ts'
import type { Line } from '../support/line.ts'
import type { How, Peer } from '../support/raw.ts'

type Writer = 'client' | 'server'

const MiB = 1024 * 1024
const TOTAL = 64 * MiB
/** Read ahead of a reader that has stopped, beyond what the kernel's buffers take on a direct connection. */
const AHEAD_BYTES = 12 * MiB
/** Memory of the process while everything stands still, the recorder's queue included. */
const HELD_BYTES = 16 * MiB

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
/** Bytes in buffers that somebody still holds. V8 frees dead ones beside the collection, so it is given time. */
async function memory(): Promise<number> {
  collect()
  await pause(50)
  collect()
  return process.memoryUsage().external
}

/** Bytes that differ all along, so that nothing lost, doubled or moved goes unnoticed. */
const PATTERN = (() => {
  const block = Buffer.alloc(MiB)
  for (let at = 0; at < MiB; at += 4) block.writeUInt32LE((at * 2_654_435_761) >>> 0, at)
  return block
})()

interface Ends {
  readonly from: Peer
  readonly to: Peer
  /** Bytes of the head that come before the body. */
  readonly head: number
}

/** A writer, and a reader that has not begun to read. */
async function open(line: Line, writer: Writer, total: number): Promise<Ends> {
  const request = `POST /mcp HTTP/1.1\r\nHost: server.test:456\r\nContent-Length: ${writer === 'client' ? total : 0}\r\n\r\n`
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`
  line.idleServers(writer === 'client')
  const client = await line.dial({ idle: writer === 'server' })
  client.write(request)
  const server = await line.accept()
  if (writer === 'client') return { from: client, to: server, head: request.length }
  await server.until(request.length)
  server.write(answer)
  return { from: server, to: client, head: answer.length }
}

/** Writes `total` bytes as the socket takes them. */
function pump({ socket }: Peer, total: number): { accepted: () => number; stop: () => void } {
  let written = 0
  let stopped = false
  const more = (): void => {
    while (!stopped && written < total) {
      const size = Math.min(64 * 1024, total - written)
      const at = written % MiB
      const going = socket.write(PATTERN.subarray(at, at + size))
      written += size
      if (!going) return
    }
  }
  socket.on('drain', more)
  more()
  return { accepted: () => written - socket.writableLength, stop: () => void (stopped = true) }
}

async function stalled(accepted: () => number): Promise<number> {
  let last = -1
  let since = performance.now()
  while (performance.now() - since < 300) {
    if (accepted() !== last) {
      last = accepted()
      since = performance.now()
    }
    await pause(20)
  }
  return last
}

/** Begins to read and compares with the pattern as it comes; keeps nothing. */
function reading({ to, head }: Ends): Reading {
  const got = follow(to, head)
  to.read()
  return got
}

interface Reading {
  readonly count: () => number
  readonly wrong: () => boolean
}

/** Compares what comes, behind so many other bytes. */
function follow(to: Peer, head = 0): Reading {
  let count = -head
  let wrong = false
  to.drain((bytes) => {
    for (let from = Math.max(0, -count); from < bytes.length;) {
      const at = (count + from) % MiB
      const size = Math.min(bytes.length - from, MiB - at)
      wrong ||= PATTERN.compare(bytes, from, from + size, at, at + size) !== 0
      from += size
    }
    count += bytes.length
  })
  return { count: () => count, wrong: () => wrong }
}

async function slow(line: Line, writer: Writer): Promise<{ ahead: number; held: number }> {
  const ends = await open(line, writer, TOTAL)
  const before = await memory()
  const flow = pump(ends.from, TOTAL)
  const ahead = await stalled(flow.accepted)
  const held = (await memory()) - before
  expect(ahead, 'the writer was stopped').toBeLessThan(TOTAL)
  const got = reading(ends)
  await ends.to.until(TOTAL + ends.head, 15_000)
  expect(got.wrong(), 'bytes lost or changed').toBe(false)
  ends.from.end()
  expect(await ends.to.ended()).toBe('fin')
  return { ahead, held }
}

function slowed(writer: Writer): Law {
  const check = async ({ direct, proxied }: Bench): Promise<void> => {
    const alone = await slow(direct, writer)
    direct.clear()
    const through = await slow(proxied, writer)
    proxied.clear()
    expect(through.ahead - alone.ahead, 'bytes taken ahead of the reader').toBeLessThan(AHEAD_BYTES)
    expect(through.held - alone.held, 'bytes held while all stands still').toBeLessThan(HELD_BYTES)
  }
  return {
    number: 8,
    claim: `slows a ${writer} down to a reader that stops, and loses nothing of 64 MiB`,
    check,
    timeoutMs: 40_000,
  }
}

/** The writer stands still; then the one who does not read leaves. */
async function leftStanding(line: Line, writer: Writer, how: How, last: string): Promise<string> {
  const { from, to } = await open(line, writer, TOTAL)
  const flow = pump(from, TOTAL)
  await stalled(flow.accepted)
  flow.stop()
  const before = from.text().length
  if (last !== '') to.write(last)
  if (how === 'fin') to.end()
  else to.reset()
  await from.ended()
  if (how === 'rst') await from.gone()
  return `${from.how} ${from.text().length - before}`
}

function leaving(writer: Writer, how: How): Law[] {
  const claim = `tells a ${writer} that stands still the ${how.toUpperCase()} of the one who does not read`
  return ['', 'GET /last HTTP/1.1\r\n\r\n'].map((last) =>
    sameTogether(8, last === '' ? claim : `${claim}, behind data`, async (line) => {
      const seen = await leftStanding(line, writer, how, last)
      expect(seen).toBe(`${how} ${last.length}`)
      return seen
    }),
  )
}

const echoed = same(8, 'carries 32 MiB both ways at once', async (line) => {
  const total = 32 * MiB
  const { client, server } = await line.open(
    `POST /mcp HTTP/1.1\r\nHost: server.test:456\r\nContent-Length: ${total}\r\n\r\n`,
  )
  const [there, here] = [server.text().length, client.text().length]
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`
  server.write(head)
  await client.until(head)
  const up = follow(server)
  const down = follow(client)
  pump(client, total)
  pump(server, total)
  await Promise.all([server.until(there + total, 15_000), client.until(here + head.length + total, 15_000)])
  expect([up.wrong(), down.wrong()], 'bytes lost or changed').toEqual([false, false])
  return [up.count(), down.count()]
})

/** How much a reader gets that began to read only after the writer had written and reset. */
async function cut(line: Line, writer: Writer, total: number): Promise<number> {
  const ends = await open(line, writer, TOTAL)
  const flow = pump(ends.from, total)
  await pause(60)
  flow.stop()
  ends.from.reset()
  await pause(30)
  const got = reading(ends)
  await ends.to.ended()
  expect(got.wrong(), 'bytes lost in the middle').toBe(false)
  expect(ends.to.how).toBe('rst')
  return got.count()
}

const SIZES = [1, 16, 48, 200, 800, 2000, 4000, 9000].map((kib) => kib * 1024)

function cutOff(writer: Writer): Law {
  const check = async ({ direct, proxied }: Bench): Promise<void> => {
    for (const size of SIZES) {
      const [alone, through] = await Promise.all([cut(direct, writer, size), cut(proxied, writer, size)])
      direct.clear()
      proxied.clear()
      expect(through, `of ${size} bytes`).toBeGreaterThanOrEqual(alone)
    }
  }
  const claim = `loses nothing more than a direct connection when the ${writer} resets while the reader sleeps`
  // both lines have the same 60 ms to fill the kernel's buffers, on a machine that may give one of them less
  return { number: 8, claim, check, timed: true }
}

export const pressure: readonly Law[] = [
  slowed('server'),
  slowed('client'),
  cutOff('server'),
  cutOff('client'),
  ...(['server', 'client'] as const).flatMap((writer) => [...leaving(writer, 'fin'), ...leaving(writer, 'rst')]),
  echoed,
]
