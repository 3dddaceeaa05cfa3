import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { openCapture } from '../../src/store/open.ts'
import { fakeContext } from '../support/cli-context.ts'
import { call, faulty, json, post } from '../support/faulty.ts'
import { temporaryFolder } from '../support/temporary.ts'

async function proxied() {
  const db = join(temporaryFolder(), 'capture.db')
  const { url, proxy } = await faulty(json, [], { db, ui: { port: 0 } })
  const context = { ...fakeContext(), now: () => Date.now() * 1000 }
  const fault = async (...words: string[]): Promise<string> => {
    expect(await run(['fault', ...words, '--db', db], context)).toBe(0)
    return context.output.stderr()
  }
  const status = async (): Promise<number> => {
    const response = await post(url, call(1))
    await response.arrayBuffer()
    return response.status
  }
  const api = (method: string, path: string, body: object): Promise<Response> =>
    fetch(new URL(`/api/rules${path}`, proxy.ui ?? ''), {
      method,
      headers: { authorization: `Bearer ${proxy.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const reached = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => resolve('yes'))
      socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code))
      onTestFinished(() => void socket.destroy())
    })
  return { db, fault, status, reached, api }
}

test('a rule acts once the command line has returned: ten times added, ten times 503, and ended as often', async () => {
  const { fault, status } = await proxied()
  const seen: number[] = []
  for (let time = 0; time < 10; time++) {
    await fault('add', 'status', '--code', '503', '--match', 'method:tools/call')
    seen.push(await status())
    await fault(...(time % 2 === 0 ? ['heal'] : ['rm', 'status']))
    seen.push(await status())
  }
  expect(seen).toEqual(Array.from({ length: 10 }, () => [503, 200]).flat())
})

test('so does one that is switched, and one of the API', async () => {
  const { fault, status, api } = await proxied()
  const [match, source] = ['method:tools/call', { fault: 'status', code: 503, id: 'bad' }]
  expect((await api('POST', '', { rules: [{ ...source, match }] })).status).toBe(200)
  expect(await status()).toBe(503)
  await fault('disable', 'bad')
  expect(await status()).toBe(200)
  await fault('enable', 'bad')
  expect(await status()).toBe(503)
  expect((await api('POST', '/heal', {})).status).toBe(200)
  expect(await status()).toBe(200)
})

test('a port is shut, and open again, when the command has returned', async () => {
  const { fault, reached } = await proxied()
  const seen: string[] = []
  for (let time = 0; time < 3; time++) {
    await fault('add', 'refuse')
    seen.push(await reached())
    await fault('heal')
    seen.push(await reached())
  }
  expect(seen).toEqual(Array.from({ length: 3 }, () => ['ECONNREFUSED', 'yes']).flat())
})

test('a process that does not answer is named, by command line and API', async () => {
  const { db, fault, api } = await proxied()
  const capture = openCapture(db, { readonly: false })
  onTestFinished(() => void capture.close())
  const deaf = `INSERT INTO instance (pid, ticks, role, name, started_at, seen_at) VALUES (4711, 1, 'stdio', 'deaf', 0, ?)`
  capture.prepare(deaf).run((Date.now() + 60_000) * 1000)
  const told = fault('add', 'status', '--code', '503', '--everywhere')
  const answer = await api('POST', '', { rules: [{ fault: 'drop' }], everywhere: true })
  expect([answer.status, decodeURI(answer.headers.get('mitmcp-behind') ?? '')]).toEqual([
    202,
    '2 stdio deaf (pid 4711)',
  ])
  expect(await told).toContain('Written, but stdio deaf (pid 4711) has not said within 2 s that it acts on it.')
})
