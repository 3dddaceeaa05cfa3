import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { FrameRow, LiveChange, Status } from '../../src/api/contract.ts'
import { createProxy, type Proxy } from '../../src/proxy.ts'
import { prune } from '../../src/store/prune.ts'
import { openReader } from '../../src/store/reader.ts'
import { startStateful } from '../support/sdk-v2-server.ts'
import { temporaryFolder } from '../support/temporary.ts'

interface Answer {
  readonly status: number
  readonly session: string | undefined
  readonly body: string
}

/** One exchange on a connection of its own. */
const send = (url: string, method: string, body?: object, session?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session !== undefined && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
    }
    const sending = request(url, { method, headers, agent: new Agent({ keepAlive: false }) }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        const id = response.headers['mcp-session-id']
        resolve({ status: response.statusCode ?? 0, session: Array.isArray(id) ? id[0] : id, body: text })
      })
    })
    sending.on('error', reject)
    sending.end(body === undefined ? undefined : JSON.stringify({ jsonrpc: '2.0', ...body }))
  })

const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'by-hand', version: '1' } },
}
const echo = (message: string) => ({ id: 2, method: 'tools/call', params: { name: 'echo', arguments: { message } } })

let proxy: Proxy
let db: string
beforeEach(async () => {
  const server = await startStateful()
  onTestFinished(() => server.stop())
  db = join(temporaryFolder(), 'capture.db')
  proxy = await createProxy({ target: server.url, port: 0, db, ui: { port: 0 } })
  onTestFinished(() => proxy.close())
})

/** Initialised, with one call answered. */
const talk = async (): Promise<string> => {
  const { session = '' } = await send(proxy.url, 'POST', initialize)
  await send(proxy.url, 'POST', { method: 'notifications/initialized' }, session)
  const { body } = await send(proxy.url, 'POST', echo('hello'), session)
  expect(body).toContain('hello')
  return session
}

const ask = (path: string): Promise<Response> =>
  fetch(new URL(path, proxy.ui ?? ''), { headers: { authorization: `Bearer ${proxy.token}` } })

describe('the page of a running proxy', () => {
  test('is told what goes through, and can ask for all of it', async () => {
    const live = (await ask('/api/live?since=0')).body!.pipeThrough(new TextDecoderStream()).getReader()
    const session = await talk()
    const frames: FrameRow[] = []
    const answered = () =>
      frames.some(({ messages }) => messages.some(({ kind, tool }) => kind === 'response' && tool === 'echo'))
    for (let text = ''; !answered();) {
      const { value = '' } = await live.read()
      text += value
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events.filter((each) => each.startsWith('event: change'))) {
        frames.push(...(JSON.parse(event.slice(event.indexOf('data: ') + 6)) as LiveChange).frames)
      }
    }
    await live.cancel()

    const status = (await (await ask('/api/status')).json()) as Status
    expect(status).toMatchObject({
      proxyUrl: proxy.url,
      target: proxy.target,
      losses: [],
      instances: [{ role: 'proxy' }],
    })
    expect(status.totals).toMatchObject({ sessions: 1, calls: 2 })
    const [known] = (await (await ask('/api/sessions')).json()) as { uid: string }[]
    expect(known).toMatchObject({ sessionId: session, client: { name: 'by-hand' }, revision: '2025-11-25', pending: 0 })
    expect(await (await ask(`/api/calls?session=${known?.uid}`)).json()).toMatchObject([
      { method: 'initialize', outcome: 'ok' },
      { method: 'tools/call', tool: 'echo', outcome: 'ok' },
    ])
    const call = frames.find(({ messages }) => messages.some(({ kind, tool }) => kind === 'request' && tool === 'echo'))
    const detail = (await (await ask(`/api/frames/${call?.id}`)).json()) as { text: string }
    expect(JSON.parse(detail.text)).toMatchObject(echo('hello'))
    expect(await (await ask(`/api/frames/${call?.id}/raw`)).text()).toBe(detail.text)
  })
})

describe('pruning beside a running proxy', () => {
  test('takes the session that is over, spares the one that runs, and recording goes on', async () => {
    const over = await talk()
    expect((await send(proxy.url, 'DELETE', undefined, over)).status).toBeLessThan(300)
    const running = await talk()
    await proxy.flush()
    const reader = openReader(db)
    onTestFinished(() => reader.close())
    const [second, first] = reader.sessions()
    expect([first?.sessionId, second?.sessionId]).toEqual([over, running])
    expect(first?.endedAt).not.toBeNull()

    const now = Date.now() * 1000
    const report = prune(db, { now, maxBytes: 0, maxAgeMs: 0 })
    expect(report.sessions).toEqual([first?.uid])
    expect(reader.sessions().map(({ uid }) => uid)).toEqual([second?.uid])
    expect(prune(db, { now, sessions: [second?.uid ?? ''] })).toMatchObject({ sessions: [], spared: [second?.uid] })

    const newest = reader.frames({ limit: 1 }).rows[0]?.id ?? 0
    const { body } = await send(proxy.url, 'POST', echo('again'), running)
    expect(body).toContain('again')
    await proxy.flush()
    const born = reader.frames({ after: newest }).rows
    expect(born.length).toBeGreaterThan(1)
    expect(new Set(born.map(({ session }) => session))).toEqual(new Set([second?.uid]))
    expect(reader.session(second?.uid)).toMatchObject({ calls: 3, pending: 0 })
  })
})
