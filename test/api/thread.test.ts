import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { Desk, DeskOptions } from '../../src/api/desk.ts'
import { type DeskMessage, type DeskPort, runDesk } from '../../src/api/thread.ts'
import { ProxyError } from '../../src/errors.ts'
import { builtPage, TOKEN } from '../support/api-fixture.ts'
import { captureFixture } from '../support/capture-fixture.ts'

const options = (db: string): DeskOptions => ({
  db,
  host: '127.0.0.1',
  port: 0,
  token: TOKEN,
  uiFolder: builtPage(),
  proxyUrl: null,
  target: null,
  version: '1',
})

function deskPort() {
  const said: (DeskMessage | 'closed')[] = []
  let tell: (message: { kind: string }) => void = () => undefined
  const port: DeskPort = {
    postMessage: (message) => void said.push(message),
    on: (_, listener) => (tell = listener),
    close: () => void said.push('closed'),
  }
  return { port, said, tell: (kind: string) => tell({ kind }) }
}

test('the thread says its port, serves, and is gone within half a second of being told to stop, a live stream open', async () => {
  const worker = new Worker(new URL('../../dist/api/thread.js', import.meta.url))
  worker.postMessage({ kind: 'start', options: options(captureFixture().path) })
  onTestFinished(() => void worker.terminate())
  const [ready] = (await once(worker, 'message')) as [DeskMessage]
  if (ready.kind !== 'ready') throw new Error(JSON.stringify(ready))
  const live = await fetch(`http://127.0.0.1:${ready.port}/api/live`, { headers: { authorization: `Bearer ${TOKEN}` } })
  const stream = live.body?.getReader()
  await stream?.read()
  const exit = once(worker, 'exit')
  const before = performance.now()
  worker.postMessage({ kind: 'stop' })
  expect(await exit).toEqual([0])
  expect(performance.now() - before).toBeLessThan(500)
  expect((await stream?.read())?.done).toBe(true)
})

test('the thread says why it cannot start, and ends', async () => {
  const worker = new Worker(new URL('../../dist/api/thread.js', import.meta.url))
  worker.postMessage({ kind: 'start', options: options('/nowhere/capture.db') })
  const exit = once(worker, 'exit')
  expect(await once(worker, 'message')).toMatchObject([
    { kind: 'error', code: 'STORE_OPEN_FAILED', hint: expect.stringContaining('--db') },
  ])
  expect(await exit).toEqual([0])
})

test('told to stop before it was told what to serve, it ends', async () => {
  const worker = new Worker(new URL('../../dist/api/thread.js', import.meta.url))
  worker.postMessage({ kind: 'stop' })
  expect(await once(worker, 'exit')).toEqual([0])
})

test('told to stop while it starts it stops when it has started', async () => {
  const { port, said, tell } = deskPort()
  let started: (desk: Desk) => void = () => undefined
  const running = runDesk(port, options('capture.db'), () => new Promise((resolve) => (started = resolve)))
  tell('stop')
  tell('something else')
  let closed = 0
  started({ port: 5, close: () => Promise.resolve(void closed++) })
  await running
  expect(said).toEqual([{ kind: 'ready', port: 5 }, 'closed'])
  expect(closed).toBe(1)
})

test('an error of ours is said with its code, anything else as a bug', async () => {
  for (const [error, code] of [
    [new ProxyError('LISTEN_FAILED', 'taken', { hint: 'other' }), 'LISTEN_FAILED'],
    [new Error('oh'), 'BUG'],
  ] as const) {
    const { port, said } = deskPort()
    await runDesk(port, options('capture.db'), () => Promise.reject(error))
    expect(said).toMatchObject([{ kind: 'error', code }, 'closed'])
  }
})
