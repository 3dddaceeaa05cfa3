// Rules make messages wait until they are whole: not longer than they need, and not without bound.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { call, faulty, json, post, raw, rawPost } from '../support/faulty.ts'

const LONG = 'x'.repeat(64 * 1024)
const rule = { fault: 'mutate', match: 'method:tools/call', patch: [{ op: 'replace', path: '/name', value: 'other' }] }

test('a long request that no rule can match reaches the server while it is being sent', async () => {
  const { url, server, asked } = await faulty(json, [rule])
  const begun = once(server, 'request') as Promise<[IncomingMessage]>
  const text = rawPost(call(1, 'prompts/get', { name: 'a', text: LONG }))
  const client = await raw(url, text.slice(0, 8000))
  const [request] = await begun
  expect(request.method).toBe('POST')
  client.socket.write(text.slice(8000))
  await client.until('"ok":true')
  expect(asked[0]!.body).toBe(text.slice(text.indexOf('\r\n\r\n') + 4))
})

test('one that a rule may match waits, and is changed', async () => {
  const { url, asked } = await faulty(json, [rule])
  await post(url, call(1, 'tools/call', { name: 'a', text: LONG }))
  expect(JSON.parse(asked[0]!.body)).toMatchObject({ params: { name: 'other', text: LONG } })
})

test('a message of more than 16 MiB passes, and the rules that might have matched it say so', async () => {
  const { url, asked, proxy } = await faulty(json, [
    rule,
    { fault: 'drop', match: 'method:tools/list dir:s2c' },
    { fault: 'drop', match: 'verb:GET' },
  ])
  const body = call(1, 'tools/call', { name: 'a', text: 'x'.repeat(17 * 1024 * 1024) })
  expect((await post(url, body)).status).toBe(200)
  expect(asked[0]!.body === body).toBe(true)
  expect(proxy.faults.list().map(({ notApplied, fired }) => [notApplied, fired])).toEqual([
    [1, 0],
    [0, 0],
    [0, 0],
  ])
})
