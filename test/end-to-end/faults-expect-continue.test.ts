// A client that waits for `100 Continue` before it sends the body: rules see the whole message all the same.
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { openReader } from '../../src/store/reader.ts'
import { call, events, faulty, json, raw, rawPost } from '../support/faulty.ts'
import { temporaryFolder } from '../support/temporary.ts'

interface Told {
  /** How often it was told to go on. */
  readonly continued: number
  readonly status: number
  readonly body: string
  /** How it ended, where not properly. */
  readonly error: string
}

/** POSTs a body as `node:http` does with `Expect`: none of it before it is told to go on. */
function waiting(url: string, body: string): Promise<Told> {
  return new Promise((resolve) => {
    let continued = 0
    let heard = ''
    const headers = {
      expect: '100-continue',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const asking = request(url, { method: 'POST', headers }, (response) => {
      const over = (error: string): void => resolve({ continued, status: response.statusCode ?? 0, body: heard, error })
      response.setEncoding('utf8').on('data', (part: string) => (heard += part))
      response.on('end', () => over(''))
      response.on('error', (error: NodeJS.ErrnoException) => over(error.code ?? ''))
    })
    asking.on('continue', () => {
      if (++continued === 1) asking.end(body)
    })
    asking.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ continued, status: 0, body: heard, error: error.code ?? '' }),
    )
    asking.flushHeaders()
  })
}

const patch = [{ op: 'replace', path: '/name', value: 'other' }]
const names = (asked: readonly { readonly body: string }[]): unknown[] =>
  asked.map(({ body }) => (JSON.parse(body) as { params: { name: unknown } }).params.name)

describe('Expect: 100-continue', () => {
  test.each<[string, RuleSource, Partial<Told>, unknown[]]>([
    ['a rule that matches nothing', { fault: 'drop', match: 'tool:nothing' }, { status: 200 }, ['search']],
    ['mutate of the request', { fault: 'mutate', match: 'dir:c2s', patch }, { status: 200 }, ['other']],
    [
      'mutate of the answer',
      { fault: 'mutate', on: 'result', patch: [{ op: 'replace', path: '/ok', value: 1 }] },
      { status: 200, body: '{"jsonrpc":"2.0","id":1,"result":{"ok":1}}' },
      ['search'],
    ],
    [
      'status, by the tool',
      { fault: 'status', code: 503, match: 'tool:search' },
      { status: 503, body: 'mitmcp: status 503, by a fault rule\n' },
      [],
    ],
    [
      'rpc-error',
      { fault: 'rpc-error', code: -32000, message: 'no' },
      { status: 200, body: '{"jsonrpc":"2.0","error":{"code":-32000,"message":"no"},"id":1}' },
      [],
    ],
    ['delay', { fault: 'delay', delay: '30ms', match: 'dir:c2s' }, { status: 200 }, ['search']],
    ['duplicate-request', { fault: 'duplicate-request' }, { status: 200 }, ['search', 'search']],
    ['headers', { fault: 'headers', on: 'request', set: { 'X-A': 'b' } }, { status: 200 }, ['search']],
    ['cut of the request', { fault: 'cut', match: 'dir:c2s', end: 'rst' }, { status: 0, error: 'ECONNRESET' }, []],
    [
      'cut of the answer',
      { fault: 'cut', match: 'kind:response', end: 'fin' },
      { status: 0, error: 'ECONNRESET' },
      ['search'],
    ],
  ])('%s: told once to go on, and what is asked for is done', async (_name, rule, told, seen) => {
    const { url, asked, proxy } = await faulty(json, [rule])
    expect(await waiting(url, call(1))).toMatchObject({ continued: 1, error: '', ...told })
    await expect.poll(() => names(asked)).toEqual(seen)
    const fired = rule.match === 'tool:nothing' ? 0 : 1
    expect(proxy.faults.list()).toMatchObject([{ fired, notApplied: 0 }])
  })

  test('a stream it opens is cut behind an event', async () => {
    const { url } = await faulty(events(3), [{ fault: 'cut', end: 'rst', after: '2 events', match: 'tool:search' }])
    const { body, error, continued } = await waiting(url, call(1))
    expect([body.match(/^id: \d/gm), error, continued]).toEqual([['id: 1', 'id: 2'], 'ECONNRESET', 1])
  })

  test('without rules that care about it, it is the server that tells', async () => {
    const { url, proxy } = await faulty(json, [{ fault: 'drop', match: 'verb:DELETE' }])
    const client = await raw(url, rawPost(call(1), 'Expect: 100-continue\r\n').split('\r\n\r\n')[0]! + '\r\n\r\n')
    await client.until('100 Continue')
    client.socket.write(call(1))
    await client.until('"ok":true')
    expect(client.text().match(/100 Continue/g)).toHaveLength(1)
    expect(proxy.faults.list()).toMatchObject([{ matched: 0 }])
  })

  test('healed while it sends: told once all the same', async () => {
    const { url, proxy, asked } = await faulty(json, [{ fault: 'drop', match: 'tool:nothing' }])
    const [head = ''] = rawPost(call(1), 'Expect: 100-continue\r\n').split('\r\n\r\n')
    const client = await raw(url, `${head}\r\n\r\n`)
    await client.until('100 Continue')
    await proxy.faults.heal()
    client.socket.write(call(1))
    await client.until('"ok":true')
    expect([client.text().match(/100 Continue/g)?.length, asked.length]).toEqual([1, 1])
    client.socket.write(rawPost(call(2)))
    await client.until('"id":2')
  })

  test('in the record ours is ours, and the word of the server did not go on', async () => {
    const db = join(temporaryFolder(), 'capture.db')
    const { url, proxy } = await faulty(json, [{ fault: 'mutate', match: 'dir:c2s', patch }], { db })
    await waiting(url, call(1))
    await proxy.close()
    const reader = openReader(db)
    const frames = reader.frames({ limit: 50 }).rows.toSorted((a, b) => a.id - b.id)
    const calls = reader.calls({ limit: 5 })
    reader.close()
    expect(
      frames.map(({ direction, kind, label, ours, droppedBy }) =>
        [direction, kind, label, ours === null ? '' : 'ours', droppedBy === null ? '' : 'kept back'].join(' ').trim(),
      ),
    ).toEqual([
      'c2s head POST /mcp HTTP/1.1',
      's2c head HTTP/1.1 100 Continue ours',
      'c2s body',
      's2c head HTTP/1.1 100 Continue  kept back',
      's2c head HTTP/1.1 200 OK',
      's2c body',
    ])
    expect(calls).toMatchObject([{ outcome: 'ok' }])
  })
})
