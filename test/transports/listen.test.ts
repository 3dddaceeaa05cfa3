import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listen, listenFailed } from '../../src/transports/listen.ts'

const errno = (code: string) => Object.assign(new Error('it failed'), { code })

test.each([
  ['EADDRINUSE', 80, '127.0.0.1:80 is taken.', 'Use --port 0 for any free port.'],
  [
    'EACCES',
    80,
    'There is no permission to listen on 127.0.0.1:80.',
    'Ports below 1024 need more rights: take a higher one, or --port 0 for any free port.',
  ],
  [
    'EACCES',
    6278,
    'There is no permission to listen on 127.0.0.1:6278.',
    'Something on this machine forbids that port: take another, or --port 0 for any free port.',
  ],
  [
    'EADDRNOTAVAIL',
    80,
    '127.0.0.1 is no address of this machine.',
    'Leave --host out for 127.0.0.1, or use 0.0.0.0 for every address there is.',
  ],
  ['ENOTFOUND', 80, 'The name 127.0.0.1 does not resolve.', 'Give --host an address, such as 127.0.0.1 or 0.0.0.0.'],
  ['EMFILE', 80, 'Cannot listen on 127.0.0.1:80: it failed.', 'See that --host and --port are what you mean.'],
])('%s on port %i says what to do', (code, port, message, hint) =>
  expect(listenFailed(errno(code), '127.0.0.1', port)).toMatchObject({ code: 'LISTEN_FAILED', message, hint }),
)

test('a port that is taken is refused, one that is free is opened', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const server = createServer()
  onTestFinished(() => void server.close())
  await expect(listen(server, '127.0.0.1', port)).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } })
  holder.close()
  await once(holder, 'close')
  await listen(server, '127.0.0.1', port)
  expect((server.address() as AddressInfo).port).toBe(port)
})

test('an address of another machine is refused as such', async () =>
  expect(listen(createServer(), '192.0.2.1', 0)).rejects.toMatchObject({
    message: '192.0.2.1 is no address of this machine.',
  }))
