import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { openReader } from '../../src/store/reader.ts'
import { startRecorded } from '../support/start-recorded.ts'

const SOCKETS = 16
const MESSAGES = 250

const ask = (socket: number, id: number): string => {
  const fill = 'abcdefg '.repeat((id * 37 + socket) % 300)
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: `t${socket}`, arguments: { fill } },
  })
}
const answer = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })

/** Answers every call; half of the sockets compress, some without context takeover. */
async function startServer(): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: { threshold: 0 } })
  server.on('connection', (socket) =>
    socket.on('message', (data) => socket.send(answer((JSON.parse((data as Buffer).toString()) as { id: number }).id))),
  )
  await new Promise<void>((resolve) => server.once('listening', resolve))
  onTestFinished(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Sends all messages without waiting for answers, and closes when it has them all. */
async function talk(port: number, index: number): Promise<void> {
  const perMessageDeflate = index % 2 === 0 && { threshold: 0, clientNoContextTakeover: index % 4 === 0 }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/mcp`, 'mcp', { perMessageDeflate })
  let answers = 0
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => {
      for (let id = 0; id < MESSAGES; id++) socket.send(ask(index, id))
    })
    socket.on('message', () => {
      if (++answers === MESSAGES) socket.close(1000)
    })
    socket.on('close', () => resolve())
    socket.on('error', reject)
  })
}

it('law 27: every message of many WebSockets at once is in the record, once, in order, paired', async () => {
  const proxy = await startRecorded()({ port: await startServer() })
  onTestFinished(() => proxy.close())
  await Promise.all(Array.from({ length: SOCKETS }, (_, index) => talk(proxy.port, index)))
  await proxy.flush()
  const reader = openReader(proxy.db)
  onTestFinished(() => reader.close())
  const sessions = reader.sessions()
  expect(sessions).toHaveLength(SOCKETS)
  for (const { uid } of sessions) {
    const frames = reader.frames({ session: uid, messages: true, limit: 5000 }).rows
    const text = (id: number): string => Buffer.from(reader.payload(id) ?? []).toString()
    const asked = frames.filter(({ direction }) => direction === 'c2s')
    const index = Number(asked[0]!.messages[0]!.tool!.slice(1))
    expect(asked.map(({ id }) => text(id))).toEqual(Array.from({ length: MESSAGES }, (_, id) => ask(index, id)))
    const answered = frames.filter(({ direction }) => direction === 's2c')
    expect(answered.map(({ id }) => text(id))).toEqual(Array.from({ length: MESSAGES }, (_, id) => answer(id)))
    const calls = reader.calls({ session: uid, limit: 5000 })
    expect(calls.map(({ outcome }) => outcome)).toEqual(Array.from({ length: MESSAGES }, () => 'ok'))
    for (const [at, frame] of frames.entries()) {
      expect(frame.sentLastAt ?? 0).toBeGreaterThanOrEqual(frame.receivedLastAt)
      const before = frames.slice(0, at).findLast(({ direction }) => direction === frame.direction)
      expect(frame.receivedLastAt).toBeGreaterThanOrEqual(before?.receivedLastAt ?? 0)
    }
  }
})
