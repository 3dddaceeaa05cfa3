import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { violationsOf } from '../support/axe.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { startMockApi, type MockApi } from '../support/mock-api.ts'
import { openPage, type UiPage } from '../support/ui-page.ts'

const chromium = findChromium()
const inCi = process.env['CI'] === 'true'
if (chromium === undefined && !inCi)
  process.stderr.write('test/ui/app.browser: skipped, no Chromium found (on Debian: apt install chromium)\n')

describe.skipIf(chromium === undefined && !inCi)('the page in a browser', () => {
  let browser: Browser
  let api: MockApi
  let open: UiPage | undefined

  beforeAll(async () => {
    if (chromium === undefined) throw new Error('Chromium has to be installed where CI=true')
    browser = await launchChromium(chromium)
    api = await startMockApi({ exchanges: 40_000 })
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

  const seen = async (ui: UiPage, selector: string) =>
    ui.page
      .locator(selector)
      .first()
      .waitFor()
      .then(() => true)
  const start = async (options: Parameters<typeof openPage>[2] = {}) => {
    open = await openPage(browser, api, options)
    return open
  }
  const withRows = async (options: Parameters<typeof openPage>[2] = {}) => {
    const ui = await start(options)
    await ui.page.locator('.list-row').first().waitFor()
    return ui
  }

  test('takes the token out of the address bar and keeps it out of storage', async () => {
    const { page } = await withRows({ path: '?all=1' })
    expect(page.url()).toBe(`${api.url}/?all=1`)
    expect(
      await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])'),
    ).not.toContain(api.token)
  })

  test('asks for the token after a reload, and takes the printed URL pasted', async () => {
    const ui = await withRows()
    const { page } = ui
    await page.reload()
    await page.getByLabel('Or paste that URL').fill('nothing in here')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('That holds no token').waitFor()
    await page.getByLabel('Or paste that URL').fill(`${api.url}/#token=${api.token}`)
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
    await expect.poll(() => page.url()).toBe(`${api.url}/`)
  })

  test(
    'scrolls through 100,000 rows without a jump while older and newer rows come in',
    { timeout: 60_000 },
    async () => {
      const ui = await withRows()
      while ((await ui.rowCount()) < 100_000) {
        const held = await ui.rowCount()
        await ui.scrollTo(0)
        await expect.poll(ui.rowCount, { interval: 5, timeout: 10_000 }).toBeGreaterThan(held)
        await ui.drawn()
      }
      await ui.scrollTo(1_400_000)
      const before = await ui.topRow()
      api.push(200)
      await ui.page.getByRole('button', { name: '600 new' }).waitFor()
      expect(await ui.topRow()).toEqual(before)
      await ui.page.getByRole('button', { name: '600 new' }).click()
      await ui.page.locator(`#frame-${api.traffic.frames - 1}`).waitFor()
    },
  )

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

  test('draws a screen of rows within a frame', async () => {
    const ui = await withRows({ path: '?all=1' })
    await ui.scrollTo(1000)
    await expect.poll(ui.rowCount).toBeGreaterThan(5000)
    const times = (await ui.page.evaluate(`(async () => {
      const grid = document.querySelector('#frames')
      const times = []
      for (let at = 0; at < 60; at++) {
        const began = performance.now()
        grid.scrollTop = 20000 + at * 1700
        grid.dispatchEvent(new Event('scroll'))
        await Promise.resolve().then().then().then()
        void grid.offsetHeight
        times.push(performance.now() - began)
        await new Promise((done) => requestAnimationFrame(done))
      }
      return times
    })()`)) as number[]
    const sorted = times.toSorted((a, b) => a - b)
    const [tenth, median] = [sorted[6]!, sorted[30]!]
    process.stdout.write(
      `a screen of new rows: a tenth under ${tenth.toFixed(2)} ms, half under ${median.toFixed(2)} ms\n`,
    )
    // The fastest tenth: what it costs when nothing else has the processor.
    expect(tenth).toBeLessThan(8)
  })

  test('follows live rows, and stays awake under 10,000 frames a second', { timeout: 30_000 }, async () => {
    const ui = await withRows({ path: '?all=1' })
    await expect.poll(() => api.liveStreams()).toBeGreaterThan(0)
    await ui.page.evaluate(`(() => {
      window.longest = 0
      let last = performance.now()
      const beat = (now) => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(beat) }
      requestAnimationFrame(beat)
    })()`)
    for (let tenth = 0; tenth < 20; tenth++) {
      api.push(167)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await ui.page.locator(`#frame-${api.traffic.frames}`).waitFor()
    const longest = (await ui.page.evaluate('window.longest')) as number
    process.stdout.write(`longest pause at 10,000 frames/s: ${longest.toFixed(0)} ms\n`)
    expect(longest).toBeLessThan(500)
  })

  test('loads what a live change has left out', async () => {
    const ui = await withRows({ path: '?all=1' })
    await expect.poll(() => api.liveStreams()).toBeGreaterThan(0)
    const held = await ui.rowCount()
    api.push(1000, { leaveOut: true })
    await ui.page.locator(`#frame-${api.traffic.frames}`).waitFor()
    expect(await ui.rowCount()).toBe(held + 6000)
  })

  test('connects again by itself and loses nothing', async () => {
    const ui = await withRows({ path: '?all=1' })
    await expect.poll(() => api.liveStreams()).toBe(1)
    api.cutLive()
    await ui.page.getByText('Not connected').waitFor()
    api.push(3)
    await ui.page.locator(`#frame-${api.traffic.frames}`).waitFor()
    await ui.page.getByText('Live', { exact: true }).waitFor()
    expect(ui.complaints.splice(0).every((text) => text.includes('ERR_INCOMPLETE_CHUNKED_ENCODING'))).toBe(true)
  })

  test('holds still while paused and catches up after', async () => {
    const ui = await withRows()
    await expect.poll(() => api.liveStreams()).toBe(1)
    await ui.page.keyboard.press('p')
    const held = await ui.rowCount()
    api.push(2)
    await ui.page.getByRole('button', { name: '6 new' }).waitFor()
    expect(await ui.rowCount()).toBe(held)
    await ui.page.keyboard.press('p')
    await ui.page.locator(`#frame-${api.traffic.frames - 1}`).waitFor()
    expect(await ui.rowCount()).toBe(held + 6)
  })

  test('draws lines of the log between the frames, and leaves them out on request', async () => {
    const talking = await startMockApi({ exchanges: 100 })
    onTestFinished(() => talking.close())
    open = await openPage(browser, talking)
    const { page, rowCount } = open
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
  })

  test('works from the keyboard', async () => {
    const { page } = await withRows()
    await page.keyboard.press('G')
    const last = api.traffic.frames - 1
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
    await page.waitForURL(`${api.url}/?tab=http`)
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

  test('typing slowly loses no letter', async () => {
    const { page } = await withRows()
    await page.keyboard.press('/')
    await page.keyboard.type('search', { delay: 170 })
    await page.waitForURL(/q=search$/)
    expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('search')
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await expect.poll(() => page.url()).toBe(`${api.url}/`)
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
    api.fail('/api/frames', { status: 500, error })
    const { page, complaints } = await start()
    await page.getByText('STORE_OPEN_FAILED').waitFor()
    await page.getByText('Free some space.').waitFor()
    api.fail('/api/frames', null)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.list-row').first().waitFor()
    expect(complaints.splice(0).every((text) => text.includes('500'))).toBe(true)
  })

  test('shows losses loudly', async () => {
    api.lose(12)
    const { page } = await withRows()
    await expect.poll(() => page.getByRole('alert').getByText('12 chunks lost').count()).toBe(1)
    api.lose(0)
  })

  test('tells how to connect a client while there is nothing', async () => {
    const empty = await startMockApi({ exchanges: 0 })
    const { page, close } = await openPage(browser, empty)
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
      api.fail('/api/frames', { status: 500, error })
      await ui.page.getByRole('button', { name: 'All frames' }).click()
      await ui.page.getByText('STORE_OPEN_FAILED').waitFor()
      api.fail('/api/frames', null)
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
