import { describe, expect, test } from 'vitest'
import { call, events, faulty, post, raw, rawPost } from '../support/faulty.ts'

const rule = { fault: 'cut', match: 'method:tools/call', after: '2 events' }

describe('an event stream that is cut after its second event', () => {
  test.each([
    ['fin', 'end'],
    ['rst', 'ECONNRESET'],
    ['hang', 'timeout'],
    ['clean', 'end'],
  ])('with %s reads as %s on the wire', async (end, seen) => {
    const { url, proxy } = await faulty(events(5, { end: false }), [{ ...rule, end }])
    const client = await raw(url, rawPost(call(1)))
    await client.until('é2')
    expect(await client.ending()).toBe(seen)
    expect(client.text().match(/^id: /gm)).toHaveLength(2)
    expect(client.text().endsWith('0\r\n\r\n')).toBe(end === 'clean')
    expect(proxy.faults.list().map(({ fired, matched }) => [matched, fired])).toEqual([[1, 1]])
  })

  test.each([
    ['fin', 'UND_ERR_SOCKET'],
    ['rst', 'ECONNRESET'],
    // a client that reads bytes and the reset behind them at once sees an ordinary end (libuv)
  ])('with %s fails fetch with %s', { retry: 3 }, async (end, code) => {
    const { url } = await faulty(events(5, { end: false }), [{ ...rule, end }])
    const response = await post(url, call(1))
    await expect(response.text()).rejects.toMatchObject({ cause: { code } })
  })

  test('properly looks like success', async () => {
    const { url } = await faulty(events(5, { end: false }), [{ ...rule, end: 'clean' }])
    expect((await (await post(url, call(1))).text()).match(/^data:/gm)).toHaveLength(2)
  })

  test('mid-event sends half of the third', async () => {
    const { url } = await faulty(events(5, { end: false }), [{ ...rule, end: 'fin', at: 'mid-event' }])
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending()).toBe('end')
    expect(client.text()).toContain('id: 3')
    expect(client.text()).not.toContain('é3"}}')
  })

  test('mid-char ends inside a character of several bytes', async () => {
    const { url } = await faulty(events(5, { end: false }), [{ ...rule, end: 'fin', at: 'mid-char' }])
    const client = await raw(url, rawPost(call(1)))
    await client.ending()
    expect(client.text().endsWith('\ufffd')).toBe(true)
  })
})

test('the server is told of it too', async () => {
  const { url, sockets } = await faulty(events(5, { end: false }), [{ ...rule, end: 'rst' }])
  const client = await raw(url, rawPost(call(1)))
  await client.ending()
  await expect.poll(() => sockets.size).toBe(0)
})

test('a rule that is added while the stream is open acts on it', async () => {
  const { url, proxy } = await faulty((asked, response) => {
    events(1, { end: false, result: false })(asked, response, undefined as never)
    proxy.onNotice(() => undefined)
    later = () => response.write('data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n')
  })
  let later: () => void = () => undefined
  const client = await raw(url, rawPost(call(1)))
  await client.until('é1')
  await proxy.faults.add({ fault: 'cut', end: 'rst', match: 'kind:event' })
  later()
  expect(await client.ending(2000)).toBe('ECONNRESET')
})
