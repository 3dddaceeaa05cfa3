import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { findChromium, launchChromium } from './chromium.ts'
import { startMockApi, type MockApi } from './mock-api.ts'
import { openPage, type UiPage } from './ui-page.ts'

type OpenOptions = Parameters<typeof openPage>[2]

/** The page of a made-up API in a real browser. */
export interface PageSuite {
  readonly api: MockApi
  readonly browser: Browser
  /** Opens the page; it is closed after the test, which fails when the page complained. */
  open(options?: OpenOptions): Promise<UiPage>
  /** The same, once rows are seen. */
  withRows(options?: OpenOptions): Promise<UiPage>
}

/**
 * Tests in a real Chromium, skipped with a printed reason where there is none, but not with `CI=true`.
 *
 * `fresh`: an API of its own for each test.
 */
export const describePage = (
  name: string,
  { fresh = false, ...traffic }: Parameters<typeof startMockApi>[0] & { readonly fresh?: boolean },
  tests: (suite: PageSuite) => void,
): void => {
  const chromium = findChromium()
  const inCi = process.env['CI'] === 'true'
  if (chromium === undefined && !inCi)
    process.stderr.write(`${name} in a browser: skipped, no Chromium found (on Debian: apt install chromium)\n`)

  describe.skipIf(chromium === undefined && !inCi)(`${name} in a browser`, () => {
    let browser: Browser
    let api: MockApi
    let page: UiPage | undefined

    beforeAll(async () => {
      if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
      browser = await launchChromium(chromium)
      if (!fresh) api = await startMockApi(traffic)
    })
    beforeEach(async () => {
      if (fresh) api = await startMockApi(traffic)
    })
    afterEach(async () => {
      const complaints = page?.complaints ?? []
      await page?.close()
      page = undefined
      if (fresh) await api.close()
      if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join(' | ')}`)
    })
    afterAll(async () => {
      await browser?.close()
      if (!fresh) await api?.close()
    })

    const open = async (options: OpenOptions = {}): Promise<UiPage> => {
      page = await openPage(browser, api, options)
      return page
    }
    tests({
      get api() {
        return api
      },
      get browser() {
        return browser
      },
      open,
      withRows: async (options) => {
        const ui = await open(options)
        await ui.page.locator('.list-row').first().waitFor()
        return ui
      },
    })
  })
}
