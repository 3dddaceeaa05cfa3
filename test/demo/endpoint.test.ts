import { expect, test } from 'vitest'
import { createEndpoint } from '../../src/demo/endpoint.ts'
import { demoServer, demoVisitor } from '../support/demo-server.ts'

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

test('a session that is not there is answered 404, as the revisions with sessions ask', async () => {
  const { url } = await demoServer()
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...HEADERS, 'mcp-session-id': 'gone' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  })
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ error: { message: 'Session not found' } })
})

test('bytes that are no JSON are answered, not choked on', async () => {
  const { url } = await demoServer()
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body: '{nope' })
  expect(response.status).toBe(400)
})

test('one endpoint speaks both eras', async () => {
  const { url } = await demoServer()
  const [old, young] = [await demoVisitor(url, false), await demoVisitor(url, true)]
  expect([old.getProtocolEra(), young.getProtocolEra()]).toEqual(['legacy', 'modern'])
})

test('closing twice does no harm', async () => {
  const endpoint = createEndpoint()
  await endpoint.close()
  await expect(endpoint.close()).resolves.toBeUndefined()
})
