import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createProxy } from '../../src/proxy.ts'
import { recorded } from '../support/capture-check.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { startEverythingSocket } from '../support/everything-socket-server.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { openPage } from '../support/ui-page.ts'

const chromium = findChromium()
const inCi = process.env['CI'] === 'true'
if (chromium === undefined && !inCi)
  process.stderr.write(
    'test/end-to-end/websocket-browser: skipped, no Chromium found (on Debian: apt install chromium)\n',
  )

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a-browser', version: '1' } },
}
const call = {
  jsonrpc: '2.0',
  id: 2,
  method: 'tools/call',
  params: { name: 'echo', arguments: { message: 'Grüße 🜁' } },
}

/** What a page's own WebSocket sees: it initialises, calls a tool, and closes with a code of its own. */
async function talk(browser: Browser, url: string): Promise<unknown> {
  const page = await browser.newPage()
  try {
    return await page.evaluate(
      ([to, first, second]) =>
        new Promise((resolve) => {
          const seen: unknown[] = []
          const socket = new WebSocket(to, 'mcp')
          socket.onopen = () => {
            seen.push([socket.protocol, socket.extensions])
            socket.send(first)
          }
          socket.onmessage = ({ data }) => {
            seen.push(data)
            if (seen.length === 2) socket.send(second)
            if (String(data).includes('"id":2')) socket.close(4000, 'seen enough')
          }
          socket.onclose = ({ code, reason, wasClean }) => resolve([...seen, [code, reason, wasClean]])
        }),
      [url, JSON.stringify(initialize), JSON.stringify(call)] as const,
    )
  } finally {
    await page.close()
  }
}

describe.skipIf(chromium === undefined && !inCi)("a browser's WebSocket", () => {
  let browser: Browser
  beforeAll(async () => {
    if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
    browser = await launchChromium(chromium)
  })
  afterAll(() => browser?.close())

  test('works through the proxy as without it, is recorded, and is seen on the page', { timeout: 60_000 }, async () => {
    const server = await startEverythingSocket(true)
    onTestFinished(() => server.stop())
    const db = join(temporaryFolder(), 'capture.db')
    const proxy = await createProxy({ target: server.url, port: 0, db, ui: { port: 0 } })
    onTestFinished(() => proxy.close())
    expect(proxy.url).toMatch(/^ws:/)
    const direct = await talk(browser, server.url)
    expect(await talk(browser, proxy.url)).toEqual(direct)
    expect((direct as unknown[]).at(-1)).toEqual([4000, 'seen enough', true])

    await proxy.flush()
    const { flows, sessions, callLines } = recorded(db)
    expect(flows).toMatchObject([
      {
        kind: 'websocket',
        c2sEnding: { how: 'ws:4000', by: 'client', detail: 'seen enough' },
        s2cEnding: { how: 'ws:4000', by: 'client' },
      },
    ])
    expect(sessions).toMatchObject([{ transport: 'websocket', client: { name: 'a-browser' }, calls: 2, errors: 0 }])
    expect(callLines).toEqual(['c2s initialize 1 ok', 'c2s tools/call echo 2 ok'])

    const { page, complaints, close } = await openPage(browser, {
      url: (proxy.ui ?? '').replace(/\/$/, ''),
      token: proxy.token ?? '',
    })
    onTestFinished(close)
    await page.locator('.list-row', { hasText: 'echo' }).first().click()
    await page.getByText('Grüße 🜁').first().waitFor()
    await page.getByRole('tab', { name: 'Related', exact: true }).click()
    await page.getByText('closed with 4000 by client').first().waitFor()
    await page.locator('.related', { hasText: "4000 the application's own code: seen enough" }).first().waitFor()
    expect(complaints).toEqual([])
  })
})
