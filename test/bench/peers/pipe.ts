/** The ceiling of one Node thread: sockets joined, nothing looked at. Argument: the upstream's port. */
import { connect, createServer } from 'node:net'
import { ready } from '../ready.ts'

const target = Number(process.argv[2])
const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  client.on('error', () => upstream.destroy())
  upstream.on('error', () => client.destroy())
  client.pipe(upstream)
  upstream.pipe(client)
})
server.listen(0, '127.0.0.1', 4096, () => ready(server))
