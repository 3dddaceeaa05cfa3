import { expect, test } from 'vitest'
import { violationsOf } from '../../support/axe.ts'
import { describePage } from '../../support/page-suite.ts'

describePage('the search field', { exchanges: 2000 }, (suite) => {
  const { withRows } = suite

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
    await expect.poll(() => page.url()).toBe(`${suite.api.url}/`)
  })

  test('narrows the list by a filter, and what comes live with it', async () => {
    const ui = await withRows({ path: '?q=dir:s2c+-tool:search' })
    const out = ui.page.locator('.list-row .direction.is-c2s')
    expect(await out.count()).toBe(0)
    const before = await ui.rowCount()
    suite.api.push(20)
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
    const ui = await withRows()
    await ui.page.keyboard.press('/')
    await ui.page.keyboard.type('kind:')
    await ui.page.getByRole('option', { name: 'request' }).waitFor()
    await ui.page.keyboard.press('ArrowDown')
    expect(await violationsOf(ui)).toEqual([])
    await ui.page.keyboard.type('no')
    await ui.page.getByText('kind is never "no"').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await ui.page.emulateMedia({ colorScheme })
      expect(await violationsOf(ui)).toEqual([])
    }
  })
})
