import { writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createApi } from '../../src/api/app.ts'
import { createControls } from '../../src/api/controls.ts'
import type { LiveClock } from '../../src/api/live.ts'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture, START } from './capture-fixture.ts'
import { temporaryFolder } from './temporary.ts'

export const TOKEN = 'the-token-of-this-test'
export const PORT = 6273

/** Time stands still until somebody waits for it. */
export function steppedClock(): LiveClock & { at: number } {
  const clock = {
    at: 0,
    now: () => clock.at,
    sleep: (ms: number) => {
      clock.at += ms
      return Promise.resolve()
    },
  }
  return clock
}

/** A built page of three files, in a folder of its own. */
export function builtPage(): string {
  const folder = join(temporaryFolder(), 'ui')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>mitmcp</title>')
  writeFileSync(join(folder, 'favicon.svg'), '<svg/>')
  writeFileSync(join(folder, 'assets/index-Ab3_xY9z.js'), 'export {}')
  return folder
}

/** The API over a fixture's capture, asked without sockets. `get` asks as its own page does; fields given as undefined are not sent. */
export function apiFixture(
  options: { host?: string; uiFolder?: string; clock?: LiveClock; stopping?: AbortSignal } = {},
) {
  const capture = captureFixture()
  const reader = openReader(capture.path)
  onTestFinished(() => reader.close())
  let writes = 0
  const controls = createControls(capture.path, () => writes++)
  onTestFinished(() => controls.close())
  const app = createApi({
    reader,
    controls,
    guard: { host: options.host ?? '127.0.0.1', port: () => PORT, token: TOKEN },
    setting: {
      version: '1.2.3',
      proxyUrl: 'http://127.0.0.1:6278/mcp',
      target: 'http://localhost:3000/mcp',
      servers: [{ name: 'shop', url: 'http://127.0.0.1:6278/mcp', target: 'http://localhost:3000/mcp' }],
    },
    uiFolder: options.uiFolder ?? builtPage(),
    now: () => START,
    clock: options.clock ?? steppedClock(),
    stopping: options.stopping ?? new AbortController().signal,
  })
  const get = async (
    path: string,
    fields: Record<string, string | undefined> = {},
    method = 'GET',
  ): Promise<Response> => {
    const own = { host: `127.0.0.1:${PORT}`, authorization: `Bearer ${TOKEN}`, ...fields }
    const headers = Object.entries(own).filter((field): field is [string, string] => field[1] !== undefined)
    return app.request(`http://127.0.0.1:${PORT}${path}`, { headers, method })
  }
  const json = async (path: string): Promise<{ status: number; body: unknown }> => {
    const response = await get(path)
    return { status: response.status, body: await response.json() }
  }
  /** Asks with a JSON body. */
  const send = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const response = await app.request(`http://127.0.0.1:${PORT}${path}`, {
      method,
      headers: { host: `127.0.0.1:${PORT}`, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  /** How often something was written. */
  const written = (): number => writes
  return { ...capture, reader, app, get, json, send, written }
}
