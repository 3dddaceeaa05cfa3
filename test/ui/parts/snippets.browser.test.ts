import axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findChromium, launchChromium } from '../../support/chromium.ts'
import { startMockApi } from '../../support/mock-api.ts'
import { openPage } from '../../support/ui-page.ts'

const chromium = findChromium()
const inCi = process.env['CI'] === 'true'
if (chromium === undefined && !inCi)
  process.stderr.write('test/ui/parts/snippets.browser: skipped, no Chromium found (on Debian: apt install chromium)\n')

describe.skipIf(chromium === undefined && !inCi)('where clients are pointed', () => {
  let browser: Browser
  beforeAll(async () => {
    if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
    browser = await launchChromium(chromium)
  })
  afterAll(() => browser?.close())

  const opened = async (servers: readonly string[]) => {
    const api = await startMockApi({ exchanges: 0, servers })
    onTestFinished(() => api.close())
    const ui = await openPage(browser, api)
    onTestFinished(() => ui.close())
    await ui.page.locator('.snippets').waitFor()
    return ui
  }

  test('one of several servers is picked, and its address and name are in the lines', async () => {
    const { page, complaints } = await opened(['shop', 'docs'])
    const server = page.getByRole('group', { name: 'Server' })
    expect(await server.getByRole('button').allTextContents()).toEqual(['shop', 'docs'])
    expect(await page.locator('.snippets').textContent()).toContain('--transport http shop http://127.0.0.1:6278/mcp')
    await server.getByRole('button', { name: 'docs' }).click()
    await expect
      .poll(() => page.locator('.snippets').textContent())
      .toContain('claude mcp add --transport http docs http://127.0.0.1:6279/mcp')
    expect(await page.locator('.snippets').textContent()).toContain('http://localhost:3001/mcp')
    expect(await page.locator('.line').textContent()).toBe('2 servers: shop, docs')
    await page.evaluate(axe.source)
    const found = await page.evaluate<{ violations: { id: string }[] }>('axe.run()')
    expect(found.violations.map(({ id }) => id)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('the only one needs no picking', async () => {
    const { page } = await opened(['localhost:3000'])
    expect(await page.getByRole('group', { name: 'Server' }).count()).toBe(0)
    expect(await page.locator('.snippets').textContent()).toContain('--transport http mitmcp http://127.0.0.1:6278/mcp')
  })
})
