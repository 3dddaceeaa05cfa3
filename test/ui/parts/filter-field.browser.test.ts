import axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, launchChromium } from '../../support/chromium.ts'
import { startMockApi, type MockApi } from '../../support/mock-api.ts'
import { openPage, type UiPage } from '../../support/ui-page.ts'

const chromium = findChromium()

describe.skipIf(chromium === undefined && process.env['CI'] !== 'true')('the search field in a browser', () => {
  let browser: Browser
  let api: MockApi
  let open: UiPage | undefined

  beforeAll(async () => {
    if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
    browser = await launchChromium(chromium)
    api = await startMockApi({ exchanges: 2000 })
  })
  afterEach(async () => {
    const complaints = open?.complaints ?? []
    await open?.close()
    open = undefined
    if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join(' | ')}`)
  })
  afterAll(async () => {
    await browser?.close()
    await api?.close()
  })

  const withRows = async (options: Parameters<typeof openPage>[2] = {}) => {
    open = await openPage(browser, api, options)
    await open.page.locator('.list-row').first().waitFor()
    return open
  }

  test('completes keys and values of a filter with the keyboard', async () => {
    const { page } = await withRows()
    const field = page.getByRole('combobox', { name: 'Filter' })
    await page.keyboard.press('/')
    await page.keyboard.type('-to')
    await page.getByRole('option', { name: /^tool:/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('option', { name: 'search' }).waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await field.getAttribute('aria-activedescendant')).toBe('filter-option-0')
    await page.keyboard.press('Enter')
    expect(await field.inputValue()).toBe('-tool:search ')
    await page.waitForURL(/q=-tool%3Asearch$/)
    await page.keyboard.type('dir:')
    await page.getByRole('option', { name: 's2c' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('option', { name: 's2c' }).waitFor({ state: 'hidden' })
    await page.keyboard.press('Escape')
    expect(await field.inputValue()).toBe('')
    await expect.poll(() => page.url()).toBe(`${api.url}/`)
  })

  test('narrows the list by a filter, and what comes live with it', async () => {
    const ui = await withRows({ path: '?q=dir:s2c+-tool:search' })
    const out = ui.page.locator('.list-row .direction.is-c2s')
    expect(await out.count()).toBe(0)
    const before = await ui.rowCount()
    api.push(20)
    await expect.poll(ui.rowCount).toBeGreaterThan(before)
    expect(await out.count()).toBe(0)
  })

  test('underlines what is wrong in a filter, says what was meant, and keeps the list', async () => {
    const { page } = await withRows()
    await page.keyboard.press('/')
    await page.keyboard.type('search clinet:x')
    await page.getByText('Did you mean client:?').waitFor()
    expect(await page.locator('.filter-wrong').textContent()).toBe('clinet')
    expect(await page.getByRole('combobox', { name: 'Filter' }).getAttribute('aria-invalid')).toBe('true')
    expect(page.url()).not.toContain('clinet')
    expect(await page.locator('.list-row').count()).toBeGreaterThan(0)
  })

  test('axe finds nothing while a filter is written, and on what is wrong with one', async () => {
    const violations = async ({ page }: UiPage) => {
      await page.evaluate(axe.source)
      return page.evaluate(
        `axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))`,
      )
    }
    const ui = await withRows()
    await ui.page.keyboard.press('/')
    await ui.page.keyboard.type('kind:')
    await ui.page.getByRole('option', { name: 'request' }).waitFor()
    await ui.page.keyboard.press('ArrowDown')
    expect(await violations(ui)).toEqual([])
    await ui.page.keyboard.type('no')
    await ui.page.getByText('kind is never "no"').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await ui.page.emulateMedia({ colorScheme })
      expect(await violations(ui)).toEqual([])
    }
  })
})
