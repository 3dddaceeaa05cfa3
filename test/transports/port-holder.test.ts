import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { portHolder } from '../../src/transports/port-holder.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** A `/proc` with one process, which holds the socket of inode 77. */
function proc(table: string, command: string, tables: readonly string[] = ['tcp']): string {
  const root = temporaryFolder()
  mkdirSync(join(root, 'net'))
  mkdirSync(join(root, '4711/fd'), { recursive: true })
  mkdirSync(join(root, 'self'))
  for (const name of tables) writeFileSync(join(root, 'net', name), `  sl  local_address rem_address   st\n${table}`)
  writeFileSync(join(root, '4711/cmdline'), command)
  symlinkSync('/dev/null', join(root, '4711/fd/0'))
  symlinkSync('socket:[77]', join(root, '4711/fd/3'))
  return root
}
const line = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`

test('names command and pid', async () => {
  const root = proc(line('0100007F:1881', '0A', 77), 'node\0server.js\0--port\x006273\0')
  expect(await portHolder(6273, root)).toBe('node server.js --port 6273 (pid 4711)')
})

test('finds who listens on IPv6 too', async () => {
  const root = proc(line('00000000000000000000000001000000:1881', '0A', 77), 'node\0', ['tcp6'])
  expect(await portHolder(6273, root)).toBe('node (pid 4711)')
})

test.each([
  ['another port', line('0100007F:1882', '0A', 77)],
  ['a connection, not a listener', line('0100007F:1881', '01', 77)],
  ['a socket of a process that cannot be looked at', line('0100007F:1881', '0A', 78)],
  ['no table at all', ''],
])('does not take for the holder: %s', async (_, table) => {
  expect(await portHolder(6273, proc(table, 'node\0'))).toBeUndefined()
})

test('is not known where there is no /proc', async () => {
  expect(await portHolder(6273, join(temporaryFolder(), 'none'))).toBeUndefined()
})

test('shows no control characters of the command, and not all of a long one', async () => {
  const root = proc(line('0100007F:1881', '0A', 77), `a\x1b[31m\n\0${'b'.repeat(200)}`)
  const holder = await portHolder(6273, root)
  expect(holder).toMatch(/^a \[31m b+… \(pid 4711\)$/)
  expect(holder?.length).toBeLessThan(100)
  expect(await portHolder(6273, proc(line('0100007F:1881', '0A', 77), ''))).toBe('a process (pid 4711)')
})

test.runIf(process.platform === 'linux')('knows this very process', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  expect(await portHolder((server.address() as AddressInfo).port)).toContain(`(pid ${process.pid})`)
})
