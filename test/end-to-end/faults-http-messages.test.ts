import { describe, expect, onTestFinished, test } from 'vitest'
import { answering, statelessCall, type Body } from '../support/faulty-bodies.ts'
import { call, faulty, post, type Faulty } from '../support/faulty.ts'

type Answered = {
  id: unknown
  jsonrpc?: string
  result?: Record<string, unknown>
  error?: { code: number; data?: unknown }
}
const said = async (response: Promise<Response>): Promise<Answered> => (await (await response).json()) as Answered
const tools = (url: string, id: number, init?: Parameters<typeof post>[2]) => post(url, call(id), init)
const fired = ({ proxy }: Faulty): number[] => proxy.faults.list().map((rule) => rule.fired)

/** A request that is given up when the test is over; `heard` when anything came of it. */
function waiting(url: string, id: number) {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const state = { heard: false }
  tools(url, id, { signal: abort.signal }).then(
    () => (state.heard = true),
    () => undefined,
  )
  return state
}

describe('a message over HTTP', () => {
  test('that is dropped on its way there never arrives; the next one does', async () => {
    const table = await faulty(answering(), [{ fault: 'drop', match: 'dir:c2s method:tools/call', times: 1 }])
    const lost = waiting(table.url, 1)
    await expect.poll(() => fired(table)).toEqual([1])
    expect(await said(tools(table.url, 2))).toMatchObject({ id: 2, result: { ok: true } })
    expect(table.asked).toHaveLength(1)
    expect(lost.heard).toBe(false)
  })

  test('that is dropped on its way back was answered all the same', async () => {
    const table = await faulty(answering(), [{ fault: 'drop', match: 'dir:s2c method:tools/call', times: 1 }])
    const lost = waiting(table.url, 1)
    await expect.poll(() => fired(table)).toEqual([1])
    expect(await said(tools(table.url, 2))).toMatchObject({ id: 2, result: { ok: true } })
    expect(table.asked).toHaveLength(2)
    expect(lost.heard).toBe(false)
  })

  test('is as late as asked, and others are not', async () => {
    const { url } = await faulty(answering(), [{ fault: 'delay', delay: '150ms', match: 'tool:slow' }])
    const order: string[] = []
    const from = performance.now()
    const asking = (name: string) => said(post(url, call(1, 'tools/call', { name }))).then(() => order.push(name))
    await Promise.all([asking('slow'), asking('quick')])
    expect(order).toEqual(['quick', 'slow'])
    expect(performance.now() - from).toBeGreaterThanOrEqual(150)
  })

  test.each([
    ['duplicate', {}],
    ['inject', { message: '{"jsonrpc":"2.0","method":"notifications/x"}' }],
  ])('as a whole has no room for %s: it comes as it is, and the rule says so', async (fault, options) => {
    const table = await faulty(answering(), [{ fault, ...options, match: 'method:tools/call dir:s2c' }])
    expect(await said(tools(table.url, 1))).toEqual({ jsonrpc: '2.0', id: 1, result: { ok: true, n: 1 } })
    expect(table.proxy.faults.list()).toMatchObject([{ fired: 0, notApplied: 1 }])
  })

  test.each(['truncate', 'not-json'])(
    'that is made invalid (%s) cannot be read, though its framing can',
    async (as) => {
      const { url } = await faulty(answering(), [{ fault: 'invalid', as }])
      const response = await tools(url, 1)
      expect(response.headers.get('content-length')).toBe(String((await response.clone().text()).length))
      await expect(response.json()).rejects.toThrow(SyntaxError)
    },
  )

  test('loses its version, or comes in a batch', async () => {
    const table = await faulty(answering(), [{ id: 'i', fault: 'invalid', as: 'no-version' }])
    expect(await said(tools(table.url, 1))).toEqual({ id: 1, result: { ok: true, n: 1 } })
    await table.proxy.faults.remove('i')
    await table.proxy.faults.add({ fault: 'invalid', as: 'batch' })
    expect(await said(tools(table.url, 1))).toHaveLength(1)
  })

  test.each([
    ['mismatch', 1_000_007],
    ['null', null],
    ['string', '7'],
  ])('is answered with a wrong id: %s', async (as, id) => {
    const { url } = await faulty(answering(), [{ fault: 'rpc-id', as }])
    expect(await said(tools(url, 7))).toMatchObject({ id, result: { ok: true } })
  })

  test('is answered with the id of the answer before', async () => {
    const { url } = await faulty(answering(), [{ fault: 'rpc-id', as: 'reuse' }])
    expect([(await said(tools(url, 7))).id, (await said(tools(url, 8))).id]).toEqual([7, 7])
  })

  test('initialize is answered with another revision, or none', async () => {
    const server = answering({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} })
    const { url, proxy } = await faulty(server, [{ id: 'p', fault: 'protocol-version' }])
    const begin = () => said(post(url, call(1, 'initialize', { protocolVersion: '2025-11-25' })))
    expect((await begin()).result).toMatchObject({ protocolVersion: '1999-01-01', capabilities: {} })
    await proxy.faults.remove('p')
    await proxy.faults.add({ fault: 'protocol-version', version: '' })
    expect((await begin()).result).toEqual({ capabilities: {}, serverInfo: {} })
  })

  test('a tool answers an error of its own, other text, other structured content', async () => {
    const { url } = await faulty(answering({ content: [] }), [
      { fault: 'tool-result', 'is-error': true, text: 'out of ink', structured: { ink: 0 } },
    ])
    expect((await said(tools(url, 1))).result).toEqual({
      content: [{ type: 'text', text: 'out of ink' }],
      structuredContent: { ink: 0 },
      isError: true,
    })
  })
})

describe('mutate', () => {
  const result = { fault: 'mutate', on: 'result', patch: [{ op: 'replace', path: '/n', value: 'é'.repeat(300) }] }

  test.each<Body>(['content-length', 'chunked'])('changes an answer whose body is %s', async (body) => {
    const { url } = await faulty(answering(undefined, body), [result])
    const response = await tools(url, 1)
    expect(response.headers.get('content-length')).toBe(
      body === 'chunked' ? null : String(Buffer.byteLength(await response.clone().text())),
    )
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: { ok: true, n: 'é'.repeat(300) } })
    expect(await said(tools(url, 2))).toMatchObject({ id: 2, result: { n: 'é'.repeat(300) } })
  })

  test('changes an answer that is compressed', async () => {
    const table = await faulty(answering(undefined, 'gzip'), [result])
    expect(await said(tools(table.url, 1))).toMatchObject({ id: 1, result: { n: 'é'.repeat(300) } })
    expect(table.proxy.faults.list()).toMatchObject([{ matched: 1, fired: 1, notApplied: 0 }])
  })

  test('changes a request', async () => {
    const { url, asked } = await faulty(answering(), [
      { fault: 'mutate', match: 'dir:c2s', patch: [{ op: 'replace', path: '/name', value: 'find' }] },
    ])
    await said(tools(url, 1))
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ params: { name: 'find' } })
    expect(asked[0]?.headers['content-length']).toBe(String(asked[0]?.body.length))
  })

  test('changes every message of a batch it matches', async () => {
    const { url } = await faulty(answering(), [{ ...result, patch: [{ op: 'replace', path: '/n', value: 2 }] }])
    const both = (await said(post(url, `[${call(1)},${call(2)}]`))) as unknown as Answered[]
    expect(both.map(({ id, result: { n } = {} }) => [id, n])).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  test.each([
    ['keeps the mirrored headers true', false, 'find'],
    ['leaves them when they are to be out of step', true, 'search'],
  ])('in the stateless era %s', async (_claim, desync, name) => {
    const { url, asked } = await faulty(answering(), [
      { fault: 'mutate', match: 'dir:c2s', desync, patch: [{ op: 'replace', path: '/name', value: 'find' }] },
    ])
    const { body, headers } = statelessCall(1, 'search')
    await said(post(url, body, { headers }))
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ params: { name: 'find' } })
    expect(asked[0]?.headers).toMatchObject({ 'mcp-name': name, 'mcp-method': 'tools/call' })
  })

  test('an expired requestState is answered with an error; the server never sees the retry', async () => {
    const { url, asked } = await faulty(answering(), [
      { fault: 'mutate', match: 'dir:c2s', 'request-state': 'expired' },
    ])
    const { body, headers } = statelessCall(1, 'search')
    const retry = body.replace('"arguments"', '"requestState":"abc","arguments"')
    expect((await said(post(url, retry, { headers }))).error).toMatchObject({ code: -32602 })
    expect((await said(post(url, body, { headers }))).result).toMatchObject({ ok: true })
    expect(asked).toHaveLength(1)
  })
})

describe('rpc-error', () => {
  test('answers for the server, with status 200, and the connection goes on', async () => {
    const { url, asked } = await faulty(answering(), [{ fault: 'rpc-error', code: -32001, message: 'no', times: 1 }])
    const response = await tools(url, 1)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, error: { code: -32001, message: 'no' } })
    expect(asked).toHaveLength(0)
    expect(await said(tools(url, 2))).toMatchObject({ id: 2, result: { ok: true } })
  })

  test('answers each request of a batch', async () => {
    const { url } = await faulty(answering(), [{ fault: 'rpc-error' }])
    const both = (await said(post(url, `[${call(1)},${call('b')}]`))) as unknown as Answered[]
    expect(both.map(({ id, error }) => [id, error?.code])).toEqual([
      [1, -32603],
      ['b', -32603],
    ])
  })

  test.each([
    [-32020, 400, undefined],
    [-32021, 400, { requiredCapabilities: { sampling: {} } }],
    [-32022, 400, { supported: ['1999-01-01'], requested: '2026-07-28' }],
    [-32601, 404, undefined],
    [-32603, 200, undefined],
  ])('%d has in the stateless era its status %d', async (code, status, data) => {
    const { url, asked } = await faulty(answering(), [{ fault: 'rpc-error', code }])
    const { body, headers } = statelessCall(1, 'search')
    const response = await post(url, body, { headers })
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as Answered
    expect([error?.code, error?.data]).toEqual([code, data])
    expect(asked).toHaveLength(0)
  })
})
