import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** A page of ours, and what it said on its console that it should not have. */
export interface UiPage {
  readonly page: Page
  /** Console errors, uncaught errors and violations of the content security policy. */
  readonly complaints: string[]
  /** Number in `aria-rowcount`, without the head. */
  readonly rowCount: () => Promise<number>
  /** Scrolls the list, and waits until the page has drawn. */
  readonly scrollTo: (top: number | 'end') => Promise<void>
  /** Id and place on the screen of the first row wholly in sight. */
  readonly topRow: () => Promise<{ id: string; y: number }>
  /** Two animation frames: what changed has been drawn. */
  readonly drawn: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The list's cells are looked at by script text: the test is compiled without the types of a browser. */
const inPage = {
  topRow: `(() => {
    const grid = document.querySelector('#frames')
    const edge = grid.getBoundingClientRect().top + grid.firstElementChild.getBoundingClientRect().height
    const rows = [...grid.querySelectorAll('.list-row')].map((row) => ({ id: row.id, y: row.getBoundingClientRect().top }))
    return rows.filter((row) => row.y >= edge - 0.5).sort((a, b) => a.y - b.y)[0]
  })()`,
  drawn: `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))`,
  scroll: (top: number | 'end') => `(() => {
    const grid = document.querySelector('#frames')
    grid.scrollTop = ${top === 'end' ? 'grid.scrollHeight' : top}
  })()`,
}

/** Opens the page with the token and waits for its rows; `path` is query and all, without the token. */
export async function openPage(
  browser: Browser,
  api: { readonly url: string; readonly token: string },
  { path = '', token = api.token, ...options }: BrowserContextOptions & { path?: string; token?: string | null } = {},
): Promise<UiPage> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(`${api.url}/${path}${token === null ? '' : `#token=${token}`}`)
  const drawn = async () => void (await page.evaluate(inPage.drawn))
  return {
    page,
    complaints,
    rowCount: async () => Number(await page.locator('#frames').getAttribute('aria-rowcount')) - 1,
    scrollTo: async (top) => {
      await page.evaluate(inPage.scroll(top))
      await drawn()
    },
    topRow: async () => page.evaluate<{ id: string; y: number }>(inPage.topRow),
    drawn,
    close: () => context.close(),
  }
}
