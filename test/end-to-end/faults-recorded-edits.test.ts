// What a client got is in the record to the byte, however the answer was framed and whoever changed it.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { openControl } from '../../src/store/control.ts'
import { openReader } from '../../src/store/reader.ts'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { fakeContext } from '../support/cli-context.ts'
import { readRecord } from '../support/fault-record.ts'
import { answering } from '../support/faulty-bodies.ts'
import { call, events, faulty, raw, rawPost, type Answer } from '../support/faulty.ts'
import { sentInRecord } from '../support/sent-record.ts'
import { temporaryFolder } from '../support/temporary.ts'

const NOTE = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"é"}}\n\n'
const RESULT =
  'event: message\nid: 2\ndata: {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"orig"}]}}\n\n'

/** An event stream written in these parts. */
const streaming =
  (parts: readonly string[], headers: Record<string, string | number> = {}): Answer =>
  (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
    const [first = '', ...rest] = parts
    response.write(first)
    let at = 0
    // each part in a chunk and a segment of its own
    const next = (): void => {
      const part = rest[at++]
      if (part === undefined) response.end()
      else setImmediate(() => response.write(part, next))
    }
    next()
  }

const length = Buffer.byteLength(NOTE + RESULT)
const STREAMS: Record<string, Answer> = {
  'an event in each chunk': streaming([NOTE, RESULT]),
  'all events in one chunk': streaming([NOTE + RESULT]),
  'an event in several chunks': streaming([NOTE + RESULT.slice(0, 9), RESULT.slice(9, 40), RESULT.slice(40)]),
  'a body of a known length': streaming([NOTE, RESULT], { 'content-length': length }),
  'a body that ends with the connection': streaming([NOTE, RESULT], {
    connection: 'close',
    'transfer-encoding': 'identity',
  }),
  'lines that end with CR': streaming([NOTE, RESULT].map((text) => text.replaceAll('\n', '\r'))),
  'lines that end with CRLF': streaming([NOTE, RESULT].map((text) => text.replaceAll('\n', '\r\n'))),
  'a body that is broken off': (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(NOTE)
    response.write(RESULT, () => response.socket?.end())
  },
}
const answer = { match: 'kind:response' }
const RULES: Record<string, readonly RuleSource[]> = {
  'tool-result': [{ fault: 'tool-result', text: 'MUTANT', ...answer }],
  mutate: [{ fault: 'mutate', on: 'result', patch: [{ op: 'replace', path: '/content', value: [] }], ...answer }],
  'rpc-id': [{ fault: 'rpc-id', ...answer }],
  invalid: [{ fault: 'invalid', as: 'truncate', ...answer }],
  'sse-field': [{ fault: 'sse-field', field: 'id', act: 'remove', ...answer }],
  'two rules': [
    { fault: 'tool-result', text: 'MUTANT', ...answer },
    { fault: 'sse-field', field: 'id', act: 'remove', ...answer },
  ],
  duplicate: [{ fault: 'duplicate', ...answer }],
  drop: [{ fault: 'drop', ...answer }],
  inject: [{ fault: 'inject', message: '{"jsonrpc":"2.0","method":"notifications/x"}', ...answer }],
}

/** What the client got in all, and what the record says it got. */
async function story(given: Answer, rules: readonly RuleSource[]): Promise<{ text: string; sent: string; db: string }> {
  const db = join(temporaryFolder(), 'capture.db')
  const { url, proxy } = await faulty(given, rules, { db })
  const client = await raw(url, rawPost(call(1), 'Connection: close\r\n'))
  await client.ending(3000)
  client.socket.destroy()
  await proxy.close()
  const text = client.text()
  expect(text).toContain('HTTP/1.1 200')
  expect(readRecord(db).decisions.some(({ fired }) => fired)).toBe(true)
  return { text, sent: sentInRecord(db, 's2c'), db }
}

test.each(Object.entries(RULES))('all of an event stream that %s changed is known', async (_rule, rules) => {
  const { text, sent } = await story(STREAMS['an event in each chunk']!, rules)
  expect(sent).toBe(text)
})

describe.each(Object.entries(STREAMS))('all of an event stream that a client got is known, with %s', (_name, given) => {
  test.each(['two rules', 'drop'])('%s', async (rules) => {
    const { text, sent } = await story(given, RULES[rules]!)
    expect(sent).toBe(text)
  })
})

test.each(['content-length', 'chunked', 'gzip'] as const)(
  'all of an answer (%s) that a client got is known',
  async (body) => {
    const given = answering({ content: [{ type: 'text', text: 'orig' }] }, body)
    const { text, sent } = await story(given, RULES['tool-result']!)
    expect(text).toContain('MUTANT')
    expect(sent).toBe(text)
  },
)

test.each([STREAMS['an event in each chunk']!, answering({ content: [{ type: 'text', text: 'orig' }] }, 'chunked')])(
  'show tells what the client got beside what came (%#)',
  async (given) => {
    const { db } = await story(given, RULES['tool-result']!)
    const shown = async (...words: string[]): Promise<string> => {
      const context = fakeContext()
      expect(await run(['show', ...words, '--db', db], context)).toBe(0)
      return context.output.stdout()
    }
    const all = await shown()
    expect(all).toContain('"orig" sent as "MUTANT"')
    const frame = await shown(/· frame (\d+)\]/.exec(all)?.[1] ?? '')
    expect(frame).toMatch(/"text": "orig"[^]*what the client got:[^]*"text": "MUTANT"/)
  },
)

test.each([STREAMS['an event in each chunk']!, STREAMS['an event in several chunks']!, answering(), events(0)])(
  'an answer that a person edited is known as the client got it (%#)',
  async (given) => {
    const db = join(temporaryFolder(), 'capture.db')
    const { url, proxy } = await faulty(given, [{ fault: 'breakpoint', 'keep-alive': '20ms', ...answer }], { db })
    const control = openControl(db)
    const reader = openReader(db)
    const client = await raw(url, rawPost(call(1), 'Connection: close\r\n'))
    await expect.poll(() => reader.held().length).toBe(1)
    control.answerHeld(reader.held()[0]!.id, { do: 'edit', payload: '{"jsonrpc":"2.0","id":1,"result":"EDITED"}' })
    await client.until('EDITED')
    await client.ending(3000)
    client.socket.destroy()
    control.close()
    reader.close()
    await proxy.close()
    expect(sentInRecord(db, 's2c')).toBe(client.text())
  },
)
