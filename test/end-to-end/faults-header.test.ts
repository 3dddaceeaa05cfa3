import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRecord } from '../support/fault-record.ts'
import { call, events, faulty, json, post } from '../support/faulty.ts'
import { temporaryFolder } from '../support/temporary.ts'

const bringing = (rule: string) => ({ headers: { 'x-mitmcp-fault': rule } })

test('a request brings its fault along, and the server never hears of it', async () => {
  const { url, asked } = await faulty(json, [], { allowFaultHeaders: true })
  expect((await post(url, call(1), bringing('status; code=418'))).status).toBe(418)
  expect(asked).toEqual([])
  expect((await post(url, call(2), bringing('latency; delay=1ms'))).status).toBe(200)
  expect((await post(url, call(3))).status).toBe(200)
  expect(asked.map(({ headers }) => headers['x-mitmcp-fault'])).toEqual([undefined, undefined])
})

test('a rule that is none is refused in our own name, with what is wrong', async () => {
  const { url, proxy, asked } = await faulty(json, [], { allowFaultHeaders: true })
  const notices: string[] = []
  proxy.onNotice((message) => notices.push(message))
  const response = await post(url, call(1), bringing('latenzy; delay=1s'))
  expect([response.status, response.headers.get('x-mitmcp-error')]).toEqual([502, 'RULE_INVALID'])
  const text = await response.text()
  expect(text).toContain('did you mean latency?')
  expect(text).toContain('This answer comes from the proxy')
  expect([asked, notices]).toEqual([[], [expect.stringContaining('latency')]])
  expect((await post(url, call(2))).status).toBe(200)
})

test('the field is the server’s business unless it is allowed', async () => {
  const { url, asked } = await faulty(json)
  expect((await post(url, call(1), bringing('status; code=418'))).status).toBe(200)
  expect(asked[0]?.headers['x-mitmcp-fault']).toBe('status; code=418')
})

test.each(['latency; delay=50ms', 'latency; delay=50ms; match="dir:s2c"', 'stall; duration=50ms'])(
  'an answer that a header made late says so in the record (%s)',
  async (header) => {
    const db = join(temporaryFolder(), 'capture.db')
    const { url, proxy } = await faulty(events(1), [], { db, allowFaultHeaders: true })
    await (await post(url, call(1), bringing(header))).text()
    await (await post(url, call(2))).text()
    await proxy.close()
    const late = readRecord(db).frames.filter(({ kind, faults }) => kind === 'event' && faults.length > 0)
    expect(late.map(({ faults }) => faults)).toEqual([['fault-header'], ['fault-header']])
  },
)
