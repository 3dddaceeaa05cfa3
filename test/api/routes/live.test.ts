import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

/** The first `change` event of a stream, as text. */
const firstChange = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader()
  for (;;) {
    const text = new TextDecoder().decode((await reader?.read())?.value)
    if (!text.includes('event: change')) continue
    await reader?.cancel()
    return text
  }
}
const withChanges = () => {
  const fixture = apiFixture()
  const commit = () => {
    const id = fixture.add('frame')
    fixture.add('change', { frame_first: id, frame_last: id })
  }
  commit()
  commit()
  return { ...fixture, commit }
}

test('is an event stream from the position given', async () => {
  const { get } = withChanges()
  const response = await get('/api/live?since=1')
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const change = await firstChange(response)
  expect(change).toContain('id: 2\n')
  expect(change).toContain('"frames":[{"id":2,')
})

test('goes on behind Last-Event-ID, whatever the address says', async () => {
  const { get } = withChanges()
  expect(await firstChange(await get('/api/live?since=0', { 'last-event-id': '1' }))).toContain('"frames":[{"id":2,')
  expect(await firstChange(await get('/api/live?since=0', { 'last-event-id': 'x' }))).toContain('"frames":[{"id":1,')
})

test('without either tells what comes from now on', async () => {
  const { get, commit } = withChanges()
  const response = await get('/api/live')
  commit()
  expect(await firstChange(response)).toContain('"frames":[{"id":3,')
})

test('a position that is none is refused', async () => {
  expect((await apiFixture().get('/api/live?since=now')).status).toBe(400)
})
