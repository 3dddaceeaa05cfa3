import { describe, expect, onTestFinished, test } from 'vitest'
import { violationsOf } from '../support/axe.ts'
import { startMockApi } from '../support/mock-api.ts'
import { describePage } from '../support/page-suite.ts'
import { openPage, type UiPage } from '../support/ui-page.ts'

describePage('the page', { exchanges: 40_000 }, (suite) => {
  const { open: start, withRows } = suite
  const seen = async (ui: UiPage, selector: string) =>
    ui.page
      .locator(selector)
      .first()
      .waitFor()
      .then(() => true)

  test('takes the token out of the address bar and keeps it out of storage', async () => {
    const { page } = await withRows({ path: '?all=1' })
    expect(page.url()).toBe(`${suite.api.url}/?all=1`)
    expect(
      await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])'),
    ).not.toContain(suite.api.token)
  })

  test('asks for the token after a reload, and takes the printed URL pasted', async () => {
    const ui = await withRows()
    const { page } = ui
    await page.reload()
    await page.getByLabel('Or paste that URL').fill('nothing in here')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('That holds no token').waitFor()
    await page.getByLabel('Or paste that URL').fill(`${suite.api.url}/#token=${suite.api.token}`)
    await page.getByRole('button', { name: 'Open' }).click()
    expect(await seen(ui, '.list-row')).toBe(true)
  })

  test('shows why a token was refused', async () => {
    const { page, complaints } = await start({ token: 'of-another-run' })
    await page.getByText('UNAUTHORIZED').waitFor()
    expect(complaints.splice(0).every((text) => text.includes('401'))).toBe(true)
  })

  test('shows sessions, frames and pending calls', async () => {
    const { page, rowCount } = await withRows()
    await page.getByRole('navigation', { name: 'Sessions' }).getByText('mcp-inspector').first().waitFor()
    expect(await rowCount()).toBe(1000)
    expect(await page.locator('.list-row').count()).toBeLessThan(80)
    await page.getByRole('region', { name: 'Pending calls' }).getByText('tools/list').first().waitFor()
  })

  test('narrows to a session and back by the back button', async () => {
    const { page } = await withRows()
    await page.getByRole('button', { name: 'python-sdk' }).first().click()
    await page.waitForURL(/session=/)
    await page.goBack()
    await expect.poll(() => page.url()).toBe(`${suite.api.url}/`)
  })

  test('keeps the row in place when an older page is put above it', async () => {
    const ui = await withRows()
    await ui.scrollTo(1000)
    const held = await ui.topRow()
    await expect.poll(ui.rowCount).toBeGreaterThan(1000)
    await ui.drawn()
    expect(await ui.topRow()).toEqual(held)
  })

  test('rows refilled while scrolling look like what they hold', async () => {
    const ui = await withRows({ path: '?all=1' })
    const wrong = `[...document.querySelectorAll('.list-row .what-main')].filter((main) => {
      const look = main.classList
      const light = look.contains('is-faint') || look.contains('of-response') || look.contains('of-notification')
      return getComputedStyle(main).fontWeight !== (light ? '400' : look.contains('of-head') ? '600' : '500')
    }).length`
    for (const top of [9000, 8700, 9111, 12_345, 9000]) {
      await ui.scrollTo(top)
      expect(await ui.page.evaluate(wrong)).toBe(0)
    }
  })

  test('loads what a live change has left out', async () => {
    const ui = await withRows({ path: '?all=1' })
    await expect.poll(() => suite.api.liveStreams()).toBeGreaterThan(0)
    const held = await ui.rowCount()
    suite.api.push(1000, { leaveOut: true })
    await ui.page.locator(`#frame-${suite.api.traffic.frames}`).waitFor()
    expect(await ui.rowCount()).toBe(held + 6000)
  })

  test('connects again by itself and loses nothing', async () => {
    const ui = await withRows({ path: '?all=1' })
    await expect.poll(() => suite.api.liveStreams()).toBe(1)
    suite.api.cutLive()
    await ui.page.getByText('Not connected').waitFor()
    suite.api.push(3)
    await ui.page.locator(`#frame-${suite.api.traffic.frames}`).waitFor()
    await ui.page.getByText('Live', { exact: true }).waitFor()
    expect(ui.complaints.splice(0).every((text) => text.includes('ERR_INCOMPLETE_CHUNKED_ENCODING'))).toBe(true)
  })

  test('holds still while paused and catches up after', async () => {
    const ui = await withRows()
    await expect.poll(() => suite.api.liveStreams()).toBe(1)
    await ui.page.keyboard.press('p')
    const held = await ui.rowCount()
    suite.api.push(2)
    await ui.page.getByRole('button', { name: '6 new' }).waitFor()
    expect(await ui.rowCount()).toBe(held)
    await ui.page.keyboard.press('p')
    await ui.page.locator(`#frame-${suite.api.traffic.frames - 1}`).waitFor()
    expect(await ui.rowCount()).toBe(held + 6)
  })

  test('an exchange that was broken off, and one that was taken up again, are rows, with the way to their frames', async () => {
    const talking = await startMockApi({ exchanges: 100 })
    onTestFinished(() => talking.close())
    const { page, close, complaints } = await openPage(suite.browser, talking)
    onTestFinished(close)
    await page.locator('.list-row').first().waitFor()
    await expect.poll(() => talking.liveStreams()).toBe(1)
    const ending = { how: 'rst', by: 'fault', at: 'boundary', detail: 'cut-it', direction: 's2c' }
    const of = { verb: 'POST', target: '/mcp' }
    talking.log(
      { kind: 'ending', flow: 100, detail: { ...ending, ...of } },
      { kind: 'resume', flow: 100, detail: { verb: 'GET', target: '/mcp', after: '17' } },
    )
    await page.locator('.list-row.is-mark', { hasText: 'GET /mcp resumes after 17' }).waitFor()
    await page.locator('.list-row.is-mark', { hasText: 'reset by rule cut-it, between frames · POST /mcp' }).click()
    await page.getByRole('button', { name: 'Its request' }).click()
    await page.waitForURL(/frame=\d+$/)
    // of the same exchange as what is selected
    await page.locator('.list-row.is-mark.is-related').first().waitFor()
    expect(complaints).toEqual([])
  })

  test('draws lines of the log between the frames, and leaves them out on request', async () => {
    const talking = await startMockApi({ exchanges: 100 })
    onTestFinished(() => talking.close())
    const { page, rowCount, close, complaints } = await openPage(suite.browser, talking)
    onTestFinished(close)
    await page.locator('.list-row').first().waitFor()
    await expect.poll(() => talking.liveStreams()).toBe(1)
    const held = await rowCount()
    talking.log({ detail: { text: 'listening <b>here</b>' } }, { kind: 'exit', detail: { code: 3, signal: null } })
    const line = page.locator('.list-row.is-log', { hasText: 'listening <b>here</b>' })
    await line.click()
    expect(await rowCount()).toBe(held + 2)
    await page.getByRole('region', { name: 'Line of the log' }).getByText('listening').waitFor()
    await page.keyboard.press('j')
    await page.waitForURL(/log=2$/)
    await page.locator('.detail-head', { hasText: 'exit' }).waitFor()
    await page.keyboard.press('k')
    await page.keyboard.press('k')
    await page.waitForURL(/frame=\d+$/)
    await page.getByRole('button', { name: 'Log', exact: true }).click()
    await page.waitForURL(/hide=log/)
    await expect.poll(rowCount).toBe(held)
    expect(complaints).toEqual([])
  })

  test('works from the keyboard', async () => {
    const { page } = await withRows()
    await page.keyboard.press('G')
    const last = suite.api.traffic.frames - 1
    await page.waitForURL(new RegExp(`frame=${last}$`))
    await page.keyboard.press('k')
    await page.waitForURL(new RegExp(`frame=${last - 1}$`))
    await page.keyboard.press('j')
    await page.waitForURL(new RegExp(`frame=${last}$`))
    await page.keyboard.press('J')
    await page.getByRole('button', { name: 'As sent', pressed: true }).waitFor()
    await page.keyboard.press('J')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('detail-body')
    await page.keyboard.press('2')
    await page.waitForURL(/tab=http/)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.waitForURL(`${suite.api.url}/?tab=http`)
    await page.keyboard.press('/')
    await page.keyboard.type('read_file')
    await page.waitForURL(/q=read_file/)
    await page.keyboard.press('Enter')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'hidden' })
    await page.keyboard.press('g')
    await page.locator('#frame-8').waitFor()
  })

  test('copies the message with y', async () => {
    const { page } = await withRows({
      path: `?frame=${40_000 * 6 - 1}`,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await page.getByText('structuredContent').waitFor()
    await page.keyboard.press('y')
    await page.getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('"structuredContent"')
  })

  test('never takes captured text for markup', async () => {
    const { page } = await withRows({ path: `?frame=${40_000 * 6 - 1}` })
    await page.getByText('<script>alert(1)</script>').waitFor()
    expect(await page.locator('.detail-body script').count()).toBe(0)
  })

  test('shows a frame in all six tabs', async () => {
    const { page } = await withRows({ path: `?all=1&frame=${40_000 * 6 - 1}` })
    const tab = (name: string) => page.getByRole('tab', { name, exact: true }).click()
    await page.getByText('structuredContent').waitFor()
    await tab('HTTP')
    await page.locator('del', { hasText: '127.0.0.1:6278' }).waitFor()
    await page.locator('ins', { hasText: 'mcp.example.com' }).waitFor()
    await page.getByText('authorization · 9f2c11d0').waitFor()
    await tab('Raw')
    await page.getByRole('button', { name: 'Hex' }).click()
    await page.getByText('00000010').waitFor()
    await tab('Timing')
    await page.getByText('Held in the proxy').waitFor()
    await tab('Faults')
    await page.getByText('No rule decided anything').waitFor()
    await tab('Related')
    await page.getByRole('button', { name: 'Request', exact: true }).click()
    await expect.poll(() => page.url()).toContain(`frame=${40_000 * 6 - 4}&`)
  })

  test('searches in a message', async () => {
    const { page } = await withRows({ path: `?frame=${40_000 * 6 - 1}` })
    await page.getByLabel('Search in the message').fill('issue-412')
    await expect.poll(() => page.locator('.json mark', { hasText: 'issue-412' }).count()).toBe(1)
  })

  test('finds what lies far down in a long message', async () => {
    const { page } = await withRows({ path: `?frame=${39_990 * 6 + 5}` })
    await page.getByLabel('Search in the message').fill('Row 899:')
    await expect
      .poll(() => page.locator('.json [data-current="true"]').textContent())
      .toContain('Row 899: <b>not markup</b>')
  })

  test('switches the colours and keeps the choice', async () => {
    const { page } = await withRows({ colorScheme: 'light' })
    const ground = `getComputedStyle(document.body).backgroundColor`
    const light = await page.evaluate(ground)
    await page.getByRole('button', { name: /^Colours/ }).click()
    await page.getByRole('button', { name: /^Colours: light/ }).click()
    expect(await page.evaluate(ground)).not.toBe(light)
    await page.reload()
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
  })

  test('fits a screen of 360 pixels', async () => {
    const { page } = await withRows({ viewport: { width: 360, height: 740 } })
    await page.locator('.list-row').nth(4).click()
    for (const name of ['Message', 'HTTP', 'Raw', 'Timing', 'Faults', 'Related']) {
      await page.getByRole('tab', { name, exact: true }).click()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    }
    await page.getByRole('button', { name: 'Sessions' }).click()
    await page.getByRole('button', { name: 'python-sdk' }).first().click()
    await expect.poll(() => page.url()).toContain('session=')
  })

  test('shows an error of the API with code, message and hint, and tries again', async () => {
    const error = { code: 'STORE_OPEN_FAILED', message: 'The capture cannot be read.', hint: 'Free some space.' }
    suite.api.fail('/api/frames', { status: 500, error })
    const { page, complaints } = await start()
    await page.getByText('STORE_OPEN_FAILED').waitFor()
    await page.getByText('Free some space.').waitFor()
    suite.api.fail('/api/frames', null)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.list-row').first().waitFor()
    expect(complaints.splice(0).every((text) => text.includes('500'))).toBe(true)
  })

  test('shows losses loudly', async () => {
    suite.api.lose(12)
    const { page } = await withRows()
    await expect.poll(() => page.getByRole('alert').getByText('12 chunks lost').count()).toBe(1)
    suite.api.lose(0)
  })

  test('tells how to connect a client while there is nothing', async () => {
    const empty = await startMockApi({ exchanges: 0 })
    const { page, close } = await openPage(suite.browser, empty)
    await page.getByText('claude mcp add --transport http mitmcp http://127.0.0.1:6278/mcp').waitFor()
    empty.push(1)
    await expect.poll(() => page.locator('.list-row').count()).toBe(3)
    await close()
    await empty.close()
  })

  describe('axe finds nothing', () => {
    const last = 40_000 * 6 - 1
    const screens: Record<string, string> = {
      'the list': '',
      'all frames with heads': `?all=1&frame=${last - 4}&tab=http`,
      'a message': `?frame=${last}`,
      'raw bytes': `?frame=${last}&tab=raw`,
      timing: `?frame=${last}&tab=timing`,
      faults: `?frame=${last}&tab=faults`,
      related: `?frame=${last}&tab=related`,
      connecting: '?view=connect',
    }
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [name, path] of Object.entries(screens))
        test(`on ${name}, ${colorScheme}`, async () => {
          const ui = await start({ path, colorScheme })
          await ui.page.getByText('Live', { exact: true }).waitFor()
          await ui.page
            .locator(path.includes('view') ? '.code-block' : '.list-row')
            .first()
            .waitFor()
          if (path.includes('frame=')) await ui.page.locator('.detail-body > *').first().waitFor()
          expect(await violationsOf(ui)).toEqual([])
        })

    test('on the help, and on an error', async () => {
      const ui = await withRows()
      await ui.page.keyboard.press('?')
      await ui.page.getByRole('dialog').waitFor()
      expect(await violationsOf(ui)).toEqual([])
      await ui.page.keyboard.press('Escape')
      const error = { code: 'STORE_OPEN_FAILED', message: 'The capture cannot be read.', hint: 'Free some space.' }
      suite.api.fail('/api/frames', { status: 500, error })
      await ui.page.getByRole('button', { name: 'All frames' }).click()
      await ui.page.getByText('STORE_OPEN_FAILED').waitFor()
      suite.api.fail('/api/frames', null)
      expect(await violationsOf(ui)).toEqual([])
      ui.complaints.splice(0)
    })

    test('on a narrow screen, and without a token', async () => {
      const narrow = await withRows({ viewport: { width: 390, height: 844 } })
      expect(await violationsOf(narrow)).toEqual([])
      await narrow.page.reload()
      expect(await violationsOf(narrow)).toEqual([])
    })
  })
})
