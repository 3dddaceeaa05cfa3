import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ENTRY = fileURLToPath(new URL('../../dist/demo/traffic.js', import.meta.url))

test('it ends with its parent, and not by the Ctrl-C of a terminal', async () => {
  const child = fork(ENTRY, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const [ready] = (await once(child, 'message')) as [{ url: string }]
  child.kill('SIGINT')
  expect((await fetch(new URL('/other', ready.url))).status).toBe(404)
  child.disconnect()
  expect(await exited).toEqual([0, null])
})
