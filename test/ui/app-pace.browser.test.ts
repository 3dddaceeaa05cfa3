import { expect, test } from 'vitest'
import { describePage } from '../support/page-suite.ts'

describePage('the pace of the page', { exchanges: 40_000 }, (suite) => {
  const { withRows } = suite

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
      suite.api.push(200)
      await ui.page.getByRole('button', { name: '600 new' }).waitFor()
      expect(await ui.topRow()).toEqual(before)
      await ui.page.getByRole('button', { name: '600 new' }).click()
      await ui.page.locator(`#frame-${suite.api.traffic.frames - 1}`).waitFor()
    },
  )

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
    await expect.poll(() => suite.api.liveStreams()).toBeGreaterThan(0)
    await ui.page.evaluate(`(() => {
      window.longest = 0
      let last = performance.now()
      const beat = (now) => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(beat) }
      requestAnimationFrame(beat)
    })()`)
    for (let tenth = 0; tenth < 20; tenth++) {
      suite.api.push(167)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await ui.page.locator(`#frame-${suite.api.traffic.frames}`).waitFor()
    const longest = (await ui.page.evaluate('window.longest')) as number
    process.stdout.write(`longest pause at 10,000 frames/s: ${longest.toFixed(0)} ms\n`)
    expect(longest).toBeLessThan(500)
  })

  test('typing slowly loses no letter', async () => {
    const { page } = await withRows()
    await page.keyboard.press('/')
    await page.keyboard.type('search', { delay: 170 })
    await page.waitForURL(/q=search$/)
    expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('search')
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await expect.poll(() => page.url()).toBe(`${suite.api.url}/`)
  })
})
