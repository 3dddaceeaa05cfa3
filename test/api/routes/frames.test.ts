import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

const withFrames = () => {
  const fixture = apiFixture()
  fixture.add('session', { uid: 'abcd2345' })
  fixture.add('raw', { bytes: Buffer.from('5\r\n<b>ä\r\n') })
  fixture.add('frame', { session: 1, length: 10, lead: 3, trail: 2, size: 5 })
  fixture.add('frame', { direction: 1, messages: 1, flow: 2, offset: 50, length: 5 })
  fixture.add('message', { frame: 2, method: 'tools/call', tool: 'search' })
  return fixture
}

test.each([
  ['', [1, 2]],
  ['session=abcd', [1]],
  ['flow=2', [2]],
  ['direction=s2c', [2]],
  ['messages=true', [2]],
  ['method=tools/call', [2]],
  ['text=SEAR', [2]],
  ['filter=method:tools/*', [2]],
  ['filter=-session:abcd*&direction=s2c', [2]],
  ['filter=<b>', [1]],
  ['filter=', [1, 2]],
  ['before=2', [1]],
  ['after=1', [2]],
  ['limit=1', [2]],
])('frames?%s', async (search, ids) => {
  const { body } = await withFrames().json(`/api/frames?${search}`)
  expect(body).toMatchObject({ rows: ids.map((id) => ({ id })), scannedTo: null })
})

test('a filter that is misspelt or has a wrong value is refused', async () => {
  const { json } = withFrames()
  expect(await json('/api/frames?sesion=a')).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('sesion') },
  })
  expect(await json('/api/frames?direction=up')).toMatchObject({ status: 400 })
  expect(await json('/api/frames?filter=metod:x')).toEqual({
    status: 400,
    body: {
      code: 'FILTER_INVALID',
      message: 'Filter, character 1: there is no key "metod".',
      hint: 'Did you mean method:?',
    },
  })
})

test('a frame comes with its text', async () => {
  const { json } = withFrames()
  expect((await json('/api/frames/1')).body).toMatchObject({
    id: 1,
    text: '<b>ä',
    textLossy: false,
    session: 'abcd2345',
  })
  expect(await json('/api/frames/3')).toMatchObject({ status: 404 })
  expect(await json('/api/frames/one')).toMatchObject({ status: 400 })
})

test.each([
  ['raw', '5\r\n<b>ä\r\n'],
  ['payload', '<b>ä'],
])('its %s comes as bytes that no browser shows as a page', async (what, text) => {
  const response = await withFrames().get(`/api/frames/1/${what}`)
  expect(await response.text()).toBe(text)
  expect(response.headers.get('content-type')).toBe('application/octet-stream')
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="frame-1.${what}"`)
})

test('bytes that were not kept are not there', async () => {
  const { json } = withFrames()
  expect(await json('/api/frames/2/raw')).toMatchObject({ status: 404 })
  expect(await json('/api/frames/2/payload')).toMatchObject({ status: 404 })
})
