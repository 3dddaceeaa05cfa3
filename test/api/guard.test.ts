import { expect, test } from 'vitest'
import { apiFixture, PORT, TOKEN } from '../support/api-fixture.ts'

const refused = async (response: Response) => ({ status: response.status, ...((await response.json()) as object) })

test.each([
  '/api/status',
  '/api/sessions',
  '/api/flows',
  '/api/frames',
  '/api/calls',
  '/api/live',
  '/api/nothing',
  '/api',
  '/api/',
])('%s is refused without the token', async (path) => {
  const response = await apiFixture().get(path, { authorization: undefined })
  expect(await refused(response)).toMatchObject({
    status: 401,
    code: 'UNAUTHORIZED',
    hint: expect.stringContaining('Bearer'),
  })
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
})

test.each([
  'Bearer wrong',
  `Bearer ${TOKEN}x`,
  `Bearer ${TOKEN.slice(1)}`,
  `Basic ${TOKEN}`,
  TOKEN,
  'Bearer',
  `Bearer ${TOKEN} ${TOKEN}`,
])('a token that is not the right one is refused: %s', async (authorization) => {
  expect(await refused(await apiFixture().get('/api/status', { authorization }))).toMatchObject({
    status: 401,
    code: 'UNAUTHORIZED',
  })
})

test('a token in the query or a cookie is none', async () => {
  const { get } = apiFixture()
  expect((await get(`/api/sessions?token=${TOKEN}`, { authorization: undefined })).status).toBe(401)
  expect((await get('/api/sessions', { authorization: undefined, cookie: `token=${TOKEN}` })).status).toBe(401)
})

test.each([`Bearer ${TOKEN}`, `bearer  ${TOKEN}`])('the right token is taken: %s', async (authorization) => {
  expect((await apiFixture().get('/api/sessions', { authorization })).status).toBe(200)
})

test.each([
  'evil.example:6273',
  'evil.example',
  '127.0.0.1',
  '127.0.0.1:6274',
  '127.0.0.1.evil.example:6273',
  'localhost.evil.example:6273',
  'localhost:6273:6273',
  'user@localhost:6273',
  '192.168.1.2:6273',
  '',
])('a Host that is not ours is refused, for files too (DNS rebinding): %s', async (host) => {
  const { get } = apiFixture()
  expect(await refused(await get('/api/sessions', { host }))).toMatchObject({ status: 403, code: 'FORBIDDEN' })
  expect(await refused(await get('/', { host }))).toMatchObject({ status: 403, code: 'FORBIDDEN' })
})

test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('loopback has several names: %s', async (name) => {
  expect((await apiFixture().get('/api/sessions', { host: `${name}:${PORT}` })).status).toBe(200)
})

test('the address that was bound is a name; with all of them bound every address is, but no name', async () => {
  const one = apiFixture({ host: '192.168.1.2' })
  expect((await one.get('/api/sessions', { host: `192.168.1.2:${PORT}` })).status).toBe(200)
  expect((await one.get('/api/sessions', { host: `192.168.1.3:${PORT}` })).status).toBe(403)
  for (const host of ['0.0.0.0', '::']) {
    const all = apiFixture({ host })
    expect((await all.get('/api/sessions', { host: `192.168.1.3:${PORT}` })).status).toBe(200)
    expect((await all.get('/api/sessions', { host: `[fe80::1]:${PORT}` })).status).toBe(200)
    expect((await all.get('/api/sessions', { host: `evil.example:${PORT}` })).status).toBe(403)
  }
})

test.each([
  'https://evil.example',
  'http://evil.example:6273',
  'http://localhost:3000',
  'http://127.0.0.1',
  'https://127.0.0.1:6273',
  'null',
  'file://',
  '',
])('a page of another origin is refused, whatever it knows: %s', async (origin) => {
  const response = await apiFixture().get('/api/sessions', { origin })
  expect(response.status).toBe(403)
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
})

test.each([`http://127.0.0.1:${PORT}`, `http://localhost:${PORT}`])('its own page is not: %s', async (origin) => {
  expect((await apiFixture().get('/api/sessions', { origin })).status).toBe(200)
})

test.each([
  ['cross-site', 403],
  ['same-site', 403],
  ['nonsense', 403],
  ['same-origin', 200],
  ['none', 200],
])('Sec-Fetch-Site: %s gives %i', async (site, status) => {
  expect((await apiFixture().get('/api/sessions', { 'sec-fetch-site': site })).status).toBe(status)
})

test('a preflight from elsewhere is not answered', async () => {
  const { get } = apiFixture()
  const fields = { origin: 'https://evil.example', 'access-control-request-method': 'GET', authorization: undefined }
  const response = await get('/api/sessions', fields, 'OPTIONS')
  expect(response.status).toBe(403)
  expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
})

test.each<[string, string, Record<string, string | undefined>]>([
  ['an answer', '/api/sessions', {}],
  ['a stream', '/api/live', {}],
  ['the page', '/', { authorization: undefined }],
  ['a file', '/assets/index-Ab3_xY9z.js', { authorization: undefined }],
  ['a missing file', '/nothing.js', {}],
  ['a refusal', '/api/sessions', { authorization: undefined }],
  ['a foreign host', '/api/sessions', { host: 'evil.example' }],
])('%s carries all protecting fields', async (_, path, fields) => {
  const response = await apiFixture().get(path, fields)
  await response.body?.cancel()
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    ...(path.startsWith('/api') && { 'cache-control': 'no-store' }),
  })
})

test('the page needs no token: it brings the one of its fragment', async () => {
  const { get } = apiFixture()
  expect((await get('/', { authorization: undefined })).status).toBe(200)
  expect(
    (await get('/', { authorization: undefined, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status,
  ).toBe(200)
})
