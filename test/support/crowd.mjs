// A process of its own: a server of event streams, and as many clients of it as asked for. Told what to do by messages.
import { connect, createServer } from 'node:net'

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
const EVENT = 'data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n'
const AT_ONCE = 100

const streams = new Set()
const clients = []
let received = 0
let expected = 0
let reached = () => {}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.on('close', () => streams.delete(socket))
  socket.once('data', () => {
    streams.add(socket)
    socket.write(HEAD + EVENT)
  })
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.send({ port: server.address().port }))

function counted(bytes) {
  received += bytes.toString('latin1').split('\n\n').length - 1
  if (received >= expected) reached()
}

function join(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      socket.write('GET /mcp HTTP/1.1\r\nHost: server.test\r\nAccept: text/event-stream\r\n\r\n')
      clients.push(socket)
      resolve()
    })
    socket.on('data', counted)
    socket.on('error', reject)
  })
}

async function all(count) {
  expected += count
  if (received >= expected) return
  await new Promise((resolve) => (reached = resolve))
}

async function gather(port, count) {
  const seen = all(count)
  while (clients.length < count) await Promise.all(Array.from({ length: AT_ONCE }, () => join(port)))
  await seen
}

async function fire() {
  const began = performance.now()
  const seen = all(streams.size)
  for (const socket of streams) socket.write(EVENT)
  await seen
  return performance.now() - began
}

const obey = async ({ gather: asked, fire: firing, leave }) => {
  if (asked) {
    await gather(asked.port, asked.count)
    process.send({ streams: streams.size })
  } else if (firing) {
    process.send({ tookMs: await fire() })
  } else if (leave) {
    for (const socket of clients) socket.destroy()
  }
}
process.on('message', (order) => void obey(order))
process.on('disconnect', () => process.exit())
