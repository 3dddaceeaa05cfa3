import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'
import { START } from '../../support/capture-fixture.ts'

test('the state tells the capture, who writes it, and where to point a client', async () => {
  const { json, path, add } = apiFixture()
  add('frame')
  add('change', { frame_first: 1, frame_last: 1 })
  add('loss')
  expect(await json('/api/status')).toEqual({
    status: 200,
    body: {
      version: '1.2.3',
      capture: { path, bytes: expect.any(Number), seq: 1 },
      totals: { sessions: 0, frames: 1, calls: 0 },
      instances: [expect.objectContaining({ pid: 1, role: 'proxy' })],
      losses: [expect.objectContaining({ reason: 'queue' })],
      proxyUrl: 'http://127.0.0.1:6278/mcp',
      target: 'http://localhost:3000/mcp',
      servers: [{ name: 'shop', url: 'http://127.0.0.1:6278/mcp', target: 'http://localhost:3000/mcp' }],
      now: START,
    },
  })
})
