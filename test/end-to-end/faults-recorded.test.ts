import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { expectDecidedBefore, firedOnce, readRecord, type Recorded } from '../support/fault-record.ts'
import { answering } from '../support/faulty-bodies.ts'
import { faultyStdio } from '../support/faulty-stdio.ts'
import { call, events, faulty, raw, rawPost, type Answer } from '../support/faulty.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** One POST through a recording proxy with these rules, read until it has this, or its end. */
async function story(answer: Answer, rules: readonly RuleSource[], until?: string): Promise<Recorded> {
  const db = join(temporaryFolder(), 'capture.db')
  const { url, proxy } = await faulty(answer, rules, { db })
  const client = await raw(url, rawPost(call(1)))
  await (until === undefined ? client.ending(3000) : client.until(until))
  client.socket.destroy()
  await expect.poll(() => proxy.faults.list().every(({ fired }) => fired > 0)).toBe(true)
  await proxy.close()
  return readRecord(db)
}

describe('in the record of an HTTP exchange', () => {
  test('an event that was dropped was received, and not sent', async () => {
    const all = await story(events(3), [{ fault: 'drop', match: 'method:notifications/message', nth: 2 }], 'ok')
    expect(all.marks).toEqual(['s2c event, by drop, dropped by drop, not sent'])
    expect(all.frames.filter(({ faults }) => faults.length > 0).map(({ text }) => text)).toEqual([
      expect.stringContaining('é2'),
    ])
    expect(firedOnce(all.decisions)).toEqual(['drop: drop'])
    expect(all.calls).toMatchObject([{ outcome: 'ok' }])
  })

  test('a call whose answer was dropped ended by a fault', async () => {
    const all = await story(events(1), [{ fault: 'drop', match: 'kind:response' }], '0\r\n\r\n')
    expect(all.marks).toEqual(['s2c event, by drop, dropped by drop, not sent'])
    expect(all.calls).toMatchObject([{ outcome: 'fault' }])
  })

  test.each(['content-length', 'chunked', 'gzip'] as const)(
    'an answer (%s) that was changed is as it came',
    async (body) => {
      const all = await story(
        answering(undefined, body),
        [{ fault: 'mutate', on: 'result', patch: [{ op: 'replace', path: '/n', value: 'changed' }] }],
        'HTTP/1.1 200',
      )
      expect(all.marks).toContain('s2c body, by mutate, edited by mutate, sent')
      expect(all.frames.find(({ kind, direction }) => kind === 'body' && direction === 's2c')?.text).toContain('"n":1')
      expect(firedOnce(all.decisions)).toEqual(['mutate: mutate'])
      expectDecidedBefore(all)
    },
  )

  test('an event of ours is there, and says whose it is', async () => {
    const message = '{"jsonrpc":"2.0","method":"notifications/x"}'
    const all = await story(
      events(1),
      [{ fault: 'inject', message, match: 'kind:response', at: 'before' }],
      '0\r\n\r\n',
    )
    expect(all.marks).toContain('s2c event, by inject, ours, inject, sent')
    expect(all.frames.find(({ ours }) => ours === 'inject')?.text).toContain(message)
    expectDecidedBefore(all)
  })

  test.each([
    ['rpc-error', { fault: 'rpc-error' }, 'Internal error'],
    ['status', { fault: 'status', code: 503 }, ''],
  ])('an answer of ours (%s) is there, and the request never left', async (id, rule, text) => {
    const all = await story(answering(), [{ ...rule, match: 'dir:c2s' }], 'HTTP/1.1')
    expect(all.marks).toEqual([
      `c2s head, by ${id}, dropped by ${id}, not sent`,
      `c2s body, by ${id}, dropped by ${id}, not sent`,
      `s2c head, by ${id}, ours, ${id}, sent`,
    ])
    expect(all.frames.at(-1)?.text).toContain(text)
    expect(all.calls).toMatchObject([{ outcome: 'fault' }])
    expectDecidedBefore(all)
  })

  test('a cut is the end, by the rule', async () => {
    const rule = { fault: 'cut', end: 'rst', match: 'method:tools/call', after: '2 events' }
    const all = await story(events(4, { end: false }), [rule])
    expect(all.endings).toMatchObject([
      { how: 'rst', by: 'fault', detail: 'cut' },
      { how: 'rst', by: 'fault', detail: 'cut' },
    ])
    expect(all.calls).toMatchObject([{ outcome: 'fault' }])
    expect(firedOnce(all.decisions)).toEqual([expect.stringMatching(/^cut: .*cut rst/)])
  })

  test('an event that came twice is once received, and once ours', async () => {
    const all = await story(events(1), [{ fault: 'duplicate', match: 'kind:response' }], '0\r\n\r\n')
    expect(all.marks).toEqual(['s2c event, by duplicate, sent', 's2c event, by duplicate, ours, duplicate, sent'])
  })

  test('what comes later than all else says when it left', async () => {
    const all = await story(events(1), [{ fault: 'duplicate', match: 'kind:response', delay: '50ms' }], '0\r\n\r\n')
    const [first, second] = all.frames.filter(({ faults }) => faults.includes('duplicate'))
    expect((second!.sentAt ?? 0) - (first!.sentAt ?? 0)).toBeGreaterThanOrEqual(50_000)
  })

  test('a delay says how long', async () => {
    const all = await story(answering(), [{ fault: 'delay', delay: '50ms', match: 'kind:response' }], '"ok"')
    const [decision] = all.decisions
    expect(decision).toMatchObject({ rule: 'delay', fired: true, action: 'wait 50 ms', heldUs: 50_000 })
    const body = all.frames.find(({ kind, direction }) => kind === 'body' && direction === 's2c')
    expect(body?.faults).toEqual(['delay'])
    expect((body?.sentAt ?? 0) - (body?.receivedAt ?? 0)).toBeGreaterThanOrEqual(50_000)
  })
})

test('in the record of stdio: dropped, changed, made by us, on stderr, and the end', async () => {
  const server = faultyStdio([
    { fault: 'drop', match: 'kind:response tool:drop' },
    { fault: 'mutate', match: 'tool:mutate', on: 'result', patch: [{ op: 'replace', path: '/pid', value: 0 }] },
    { fault: 'inject', match: 'kind:response tool:inject', message: '{"jsonrpc":"2.0","method":"notifications/x"}' },
    { fault: 'rpc-error', match: 'tool:rpc-error' },
    { fault: 'stderr-noise', match: 'kind:response tool:mutate', text: 'on stderr' },
    { fault: 'exit', code: 3, match: 'kind:response tool:exit' },
  ])
  for (const [at, tool] of ['drop', 'mutate', 'inject', 'rpc-error', 'exit'].entries()) server.call(at + 1, tool)
  expect(await server.closed).toEqual([3, null])
  const all = readRecord(server.db)
  expect(all.marks.toSorted((a, b) => a.localeCompare(b))).toEqual([
    'c2s line, by rpc-error, dropped by rpc-error, not sent',
    's2c line, by drop, dropped by drop, not sent',
    's2c line, by exit, dropped by exit, not sent',
    's2c line, by inject, ours, inject, sent',
    's2c line, by inject, sent',
    's2c line, by mutate, by stderr-noise, edited by mutate, sent',
    's2c line, by rpc-error, ours, rpc-error, sent',
  ])
  const outcomes = all.calls.toSorted((a, b) => a.id - b.id).map(({ tool, outcome }) => `${tool ?? ''} ${outcome}`)
  expect(outcomes).toEqual(['drop fault', 'mutate ok', 'inject ok', 'rpc-error fault', 'exit fault'])
  expect(all.endings).toMatchObject([
    { how: 'exit', by: 'fault', detail: 'exit' },
    { how: 'exit', by: 'fault', detail: 'exit' },
  ])
  expect(all.logs).toContainEqual(
    expect.objectContaining({ kind: 'stderr-ours', detail: { rule: 'stderr-noise', text: 'on stderr\n' } }),
  )
})
