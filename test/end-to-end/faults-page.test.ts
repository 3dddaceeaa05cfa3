import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createProxy } from '../../src/proxy.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { startStateful } from '../support/sdk-v2-server.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { openPage } from '../support/ui-page.ts'

const chromium = findChromium()
const inCi = process.env['CI'] === 'true'

/** A proxy, its page on the faults, and a client that has initialised. */
async function story() {
  if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
  const server = await startStateful()
  onTestFinished(() => server.stop())
  const proxy = await createProxy({
    target: server.url,
    port: 0,
    db: join(temporaryFolder(), 'capture.db'),
    ui: { port: 0 },
  })
  onTestFinished(() => proxy.close())
  const browser = await launchChromium(chromium)
  onTestFinished(() => browser.close())
  const ui = await openPage(
    browser,
    { url: new URL(proxy.ui ?? '').origin, token: proxy.token ?? '' },
    {
      path: '?view=faults',
    },
  )
  await ui.page.locator('.fault-choice').first().waitFor()
  const post = (body: object, session?: string): Promise<Response> =>
    fetch(proxy.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session !== undefined && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
    })
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'by-hand', version: '1' } }
  const first = await post({ id: 1, method: 'initialize', params: hello })
  await first.text()
  const session = first.headers.get('mcp-session-id') ?? ''
  await (await post({ method: 'notifications/initialized' }, session)).text()
  const echo = async (id: number, message: string): Promise<string> => {
    const params = { name: 'echo', arguments: { message } }
    return (await post({ id, method: 'tools/call', params }, session)).text()
  }
  return { ...ui, echo }
}

describe.skipIf(chromium === undefined && !inCi)('faults from the page of a running proxy', () => {
  test('an answer is lost by one click, and the page tells which', { timeout: 40_000 }, async () => {
    const { page, echo, complaints } = await story()
    await page.getByRole('button', { name: 'Lose one answer' }).click()
    await page.getByText('Drops tools/call messages to the client, once in all.').waitFor()
    // in force at the next frame after it was noticed
    await expect.poll(async () => (await echo(2, 'are you there?')).includes('are you there?')).toBe(false)
    await page.getByText('fired 1', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Frames that drop touched' }).click()
    await page.locator('.list-row', { hasText: 'dropped' }).first().click()
    await page.keyboard.press('5')
    await page.getByText('Dropped by drop').waitFor()
    await page.locator('.decision.is-fired', { hasText: 'drop' }).first().waitFor()
    await page.keyboard.press('H')
    await page.getByText('1 fault healed').waitFor()
    expect(await echo(3, 'and now?')).toContain('and now?')
    expect(complaints).toEqual([])
  })

  test('a call is stopped, changed by hand, and sent on', { timeout: 40_000 }, async () => {
    const { page, echo, complaints } = await story()
    await page.locator('.fault-choice', { hasText: 'breakpoint' }).click()
    await page.getByRole('combobox', { name: 'match' }).fill('method:tools/call dir:c2s')
    await page.getByText('Holds tools/call messages to the server').waitFor()
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByRole('switch', { name: 'breakpoint on' }).waitFor()
    let answered = echo(2, 'as it was')
    const waits = async (): Promise<boolean> => {
      if ((await page.locator('.held').count()) > 0) return true
      // it was quicker than the rule
      const gone = await Promise.race([answered.then(() => true), page.waitForTimeout(200).then(() => false)])
      if (gone) answered = echo(2, 'as it was')
      return false
    }
    await expect.poll(waits).toBe(true)
    const field = page.getByLabel('The message')
    await field.fill((await field.inputValue()).replace('as it was', 'as it is now'))
    await page.getByRole('button', { name: 'Send edited' }).click()
    expect(await answered).toContain('as it is now')
    expect(complaints).toEqual([])
  })
})
