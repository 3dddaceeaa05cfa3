import axe from 'axe-core'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startDesk } from '../../src/api/desk.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { openPage } from '../support/ui-page.ts'

const chromium = findChromium()
const inCi = process.env['CI'] === 'true'
if (chromium === undefined && !inCi)
  process.stderr.write('test/end-to-end/stdio-page: skipped, no Chromium found (on Debian: apt install chromium)\n')

const main = join(import.meta.dirname, '../../dist/cli/main.js')

/** Answers `initialize`, complains, and dies of it. */
const SERVER = `
console.error('listening, token=hunter2')
process.stdin.once('data', () => {
  console.error('no such file: notes.md')
  const result = { protocolVersion: '2025-11-25', serverInfo: { name: 'files', version: '1' } }
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: 0, result }) + '\\n', () => process.exit(3))
})`
const HELLO = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', clientInfo: { name: 'by-hand', version: '1' } },
}

describe.skipIf(chromium === undefined && !inCi)('a wrapped server on the page', () => {
  let browser: Browser
  let db: string
  let url: string
  let close: () => Promise<void>
  beforeAll(async () => {
    if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
    browser = await launchChromium(chromium)
    db = join(temporaryFolder(afterAll), 'capture.db')
    const wrapped = spawn(process.execPath, [main, 'stdio', '--db', db, '--', process.execPath, '-e', SERVER], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    wrapped.stdin.write(`${JSON.stringify(HELLO)}\n`)
    await once(wrapped, 'exit')
    const uiFolder = join(import.meta.dirname, '../../dist/ui')
    const about = { version: '0', proxyUrl: null, target: null, servers: [] }
    const desk = await startDesk({ db, host: '127.0.0.1', port: 0, token: 't', uiFolder, ...about })
    url = `http://127.0.0.1:${desk.port}`
    close = () => desk.close()
  })
  afterAll(async () => {
    await browser?.close()
    await close?.()
  })

  test.each(['light', 'dark'] as const)(
    'shows its stderr, how it started and how it ended, %s',
    { timeout: 60_000 },
    async (colorScheme) => {
      const { page, complaints, close: leave } = await openPage(browser, { url, token: 't' }, { colorScheme })
      onTestFinished(leave)
      await page.locator('.is-log', { hasText: 'exit' }).waitFor()
      const rows = page.locator('.list-row')
      const texts = (await rows.allTextContents()).map((text) => text.replace(/^[\d:.]+/, ''))
      expect(texts.filter((text) => /stderr|exit/.test(text))).toEqual([
        expect.stringContaining('stderrlistening, token=*******'),
        expect.stringContaining('stderrno such file: notes.md'),
        expect.stringContaining('exitcode 3'),
      ])
      await page.locator('.is-log', { hasText: 'token=' }).click()
      const detail = page.getByRole('region', { name: 'Line of the log' })
      await detail.getByText('Redacted: token · ').waitFor()
      await detail.getByText(/^with code 3, after/).waitFor()
      for (const phase of ['first byte', 'handshake', 'ready', 'ended']) await detail.getByText(phase).waitFor()
      await page.evaluate(axe.source)
      const found = await page.evaluate(
        `axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
      )
      expect([found, complaints]).toEqual([[], []])
      await page.locator('.list-row:not(.is-log)').last().click()
      await page.getByRole('tab', { name: 'Related' }).click()
      await page.getByText('exit by server at boundary code 3').first().waitFor()
    },
  )
})
