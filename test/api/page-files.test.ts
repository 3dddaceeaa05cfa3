import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { apiFixture, builtPage } from '../support/api-fixture.ts'
import { temporaryFolder } from '../support/temporary.ts'

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache'],
  ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
  ['/favicon.svg', 'image/svg+xml', 'no-cache'],
  ['/assets/index-Ab3_xY9z.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
])('%s comes as %s, kept: %s', async (path, type, kept) => {
  const response = await apiFixture().get(path)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe(type)
  expect(response.headers.get('cache-control')).toBe(kept)
})

test.each([
  '/../secret',
  '/%2e%2e/secret',
  '/..%2fsecret',
  '/assets/..%5c..%5csecret',
  '/.secret',
  '/%00',
  '/%ff',
  '/assets',
  '/nothing',
])('%s is no file of the page', async (path) => {
  const uiFolder = builtPage()
  writeFileSync(join(uiFolder, '../secret'), 'secret')
  writeFileSync(join(uiFolder, '.secret'), 'secret')
  const response = await apiFixture({ uiFolder }).get(path)
  expect(response.status).toBe(404)
  expect(await response.text()).not.toContain('secret"')
})

test('HEAD has the fields and no body; other methods find nothing', async () => {
  const { get } = apiFixture()
  const head = await get('/', {}, 'HEAD')
  expect([head.status, await head.text()]).toEqual([200, ''])
  expect((await get('/', {}, 'POST')).status).toBe(404)
})

test('without a build the page says so, and the API works', async () => {
  const { get } = apiFixture({ uiFolder: join(temporaryFolder(), 'ui') })
  const response = await get('/')
  expect(response.status).toBe(503)
  expect(await response.text()).toContain('npm run build')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await get('/api/status')).status).toBe(200)
  expect((await get('/assets/x.js')).status).toBe(404)
})
