import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { probeTarget, unreachableText } from '../../src/cli/probe-target.ts'

test('a listening target is reachable, a closed one refuses', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  expect(await probeTarget(target)).toBeUndefined()
  server.close()
  await once(server, 'close')
  expect(await probeTarget(target)).toBe('ECONNREFUSED')
})

test.each([
  ['ECONNREFUSED', 'Nothing listens at localhost:3000 yet (ECONNREFUSED).'],
  ['ENOTFOUND', 'No address is known for localhost (ENOTFOUND).'],
  ['timeout', 'localhost:3000 does not answer (timeout).'],
  ['ENETUNREACH', 'localhost:3000 cannot be reached (ENETUNREACH).'],
])('%s is told in words, with what happens now', (code, text) =>
  expect(unreachableText('http://localhost:3000/mcp', code)).toBe(
    `${text} The proxy goes on; clients get its 502 until the server is there.`,
  ),
)
