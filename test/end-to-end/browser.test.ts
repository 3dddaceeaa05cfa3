import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createProxy } from '../../src/proxy.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { v2Story } from '../support/sdk-v2-client.ts'
import { startStateful } from '../support/sdk-v2-server.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { openPage } from '../support/ui-page.ts'

const chromium = findChromium()
const inCi = process.env['CI'] === 'true'
if (chromium === undefined && !inCi)
  process.stderr.write('test/end-to-end/browser: skipped, no Chromium found (on Debian: apt install chromium)\n')

const echo = v2Story(({ client }) => client.callTool({ name: 'echo', arguments: { message: 'seen on the page' } }), {
  mode: 'legacy',
})

describe.skipIf(chromium === undefined && !inCi)('a call of a real client', () => {
  let browser: Browser
  beforeAll(async () => {
    if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
    browser = await launchChromium(chromium)
  })
  afterAll(() => browser?.close())

  test('is seen on the page as it happens, with its head, bytes and timing', { timeout: 60_000 }, async () => {
    const server = await startStateful()
    onTestFinished(() => server.stop())
    const proxy = await createProxy({
      target: server.url,
      port: 0,
      db: join(temporaryFolder(), 'capture.db'),
      ui: { port: 0 },
    })
    onTestFinished(() => proxy.close())
    const api = { url: (proxy.ui ?? '').replace(/\/$/, ''), token: proxy.token ?? '' }
    const { page, complaints, close } = await openPage(browser, api)
    onTestFinished(close)
    await page.getByText('Waiting for the first frame').waitFor()

    await echo(proxy.url)
    await page.locator('.list-row', { hasText: 'echo' }).nth(1).click()
    await page.getByText('seen on the page').first().waitFor()
    const tab = (name: string) => page.getByRole('tab', { name, exact: true }).click()
    await tab('HTTP')
    await page
      .locator('ins', { hasText: new URL(server.url).host })
      .first()
      .waitFor()
    await tab('Raw')
    await page.locator('.text-view', { hasText: 'seen on the page' }).waitFor()
    await tab('Timing')
    await page.getByText('Held in the proxy').waitFor()
    await tab('Related')
    await page.getByText('127.0.0.1').first().waitFor()
    expect(complaints).toEqual([])
  })
})
