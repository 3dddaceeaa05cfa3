import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Likeness } from '../../src/pipe/likeness.ts'
import type { BodyDecision } from '../../src/transports/body-edits.ts'
import { connectionEdits } from '../../src/transports/edits.ts'
import { createOutstanding } from '../../src/wire/http1.ts'
import { names, run, type EditorRun } from '../support/head-editor.ts'

const post = (fields: string, body: string): string =>
  `POST /mcp HTTP/1.1\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const HOST = 'Host: 127.0.0.1:6278\r\n'
const PLAIN = 'Content-Type: application/json\r\nDate: now\r\n'
const ok = (fields: string, body: string): string =>
  `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const like = (sameUntil: number): Likeness => ({ sameUntil })

/** What the message is like: as the rules would tell, one object for one head. */
function likenesses(): (message: string) => Likeness {
  const known = new Map<string, Likeness>()
  return (message) => {
    const head = message.slice(0, message.indexOf('\r\n\r\n') + 4)
    const key = head.replace(/(?<=Content-Length: )\d+/, (digits) => '0'.repeat(digits.length))
    const found = known.get(key) ?? like(head.search(/(?<=Content-Length: )\d/))
    known.set(key, found)
    return found
  }
}

const seen = ({ out, edits, heads, outstanding, editor }: EditorRun) => ({
  out,
  edits,
  heads,
  exchanges: outstanding.exchanges.map(({ method, upgrade }) => ({ method, upgrade })),
  border: editor.border,
})

const REQUESTS = [
  post(HOST, '{}'),
  post(HOST, '[]'),
  post(`${HOST}Accept: */*\r\nOrigin: http://localhost:6278\r\n`, 'abcdefghij'),
  post('Host: localhost:6278\r\n', 'abc'),
  post('Host: elsewhere\r\n', ''),
]
const ANSWERS = [
  ok(PLAIN, '{}'),
  ok(PLAIN, '12'),
  ok('Location: http://example.test:3000/a\r\n', 'x'),
  ok('Set-Cookie: a=b; Domain=example.test\r\n', ''),
]

describe('a message that is like the last', () => {
  test('is edited as if it were read, whatever came between', () => {
    const step = fc.record({
      ask: fc.nat(REQUESTS.length - 1),
      answer: fc.nat(ANSWERS.length - 1),
      known: fc.boolean(),
      split: fc.nat(3),
      inserts: fc.nat(9),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 30 }), (steps) => {
        const both = [true, false].map((tells) => {
          const tables = connectionEdits({ names, rewrite: true, headers: [['X-Key', 'k']] })
          const shared = { outstanding: createOutstanding(), tables }
          const [requests, answers] = [run('request', {}, undefined, shared), run('response', {}, undefined, shared)]
          const of = likenesses()
          const send = (line: EditorRun, text: string, known: boolean, split: number): void => {
            if (split === 1) {
              line.write(text.slice(0, 25))
              line.write(text.slice(25))
            } else if (tells && known) line.write(text, of(text))
            else line.write(text)
          }
          for (const { ask, answer, known, split, inserts } of steps) {
            if (inserts === 0) requests.editor.insert(Buffer.from(REQUESTS[3]!), 'ours')
            send(requests, REQUESTS[ask]!, known, split)
            send(answers, ANSWERS[answer]!, known, split)
          }
          return [seen(requests), seen(answers)]
        })
        expect(both[0]).toEqual(both[1])
      }),
      { numRuns: 300 },
    )
  })

  test('is not read', () => {
    const { out, edits, write } = run('request')
    const same = like(60)
    write(post(HOST, 'ab'), same)
    // a host that nobody would edit: it is taken at its word
    write(post(HOST.replace('127', '128'), 'cd'), same)
    expect(out[1]).toBe(post('Host: example.test:3000\r\n', 'cd'))
    expect(edits).toEqual([
      'host 26 -14 +example.test:3000',
      `host ${26 + post(HOST, 'ab').length} -14 +example.test:3000`,
    ])
  })

  test('is read where an edit comes behind what may differ', () => {
    const { out, write } = run('request')
    const late = like(20)
    write(post(HOST, 'ab'), late)
    write(post('Host: 128.0.0.1:6278\r\n', 'cd'), late)
    expect(out[1]).toBe(post('Host: 128.0.0.1:6278\r\n', 'cd'))
  })

  test('is read where it is no message any more', () => {
    const { outstanding, write } = run('request')
    const same = like(60)
    write(post(HOST, 'ab'), same)
    outstanding.switched = true
    write(post(HOST, 'cd'), same)
    expect(outstanding.exchanges).toHaveLength(1)
  })

  test('is read where it answers another kind of request', () => {
    const { outstanding, write } = run('response')
    const same = like(20)
    for (const method of ['POST', 'CONNECT']) outstanding.exchanges.push({ method, upgrade: method !== 'POST' })
    write(ok(PLAIN, ''), same)
    write(ok(PLAIN, ''), same)
    expect(outstanding.switched).toBe(true)
  })

  test('is read where something of ours waits for its end', () => {
    const { outstanding, editor, out, write } = run('response')
    const same = like(20)
    for (const method of ['POST', 'POST']) outstanding.exchanges.push({ method, upgrade: false })
    write(ok(PLAIN, 'ab'), same)
    editor.insert(Buffer.from(ok('', 'ours')), 'rule')
    write(ok(PLAIN, 'cd'), same)
    expect(out.join('')).toBe([ok(PLAIN, 'ab'), ok(PLAIN, 'cd'), ok('', 'ours')].join(''))
  })

  test('is read behind a request of ours, which may have named the proxy in another way', () => {
    const tables = connectionEdits({ names, rewrite: true, headers: [] })
    const { editor, write } = run('request', {}, undefined, { tables })
    const same = like(60)
    write(post(HOST, 'ab'), same)
    editor.insert(Buffer.from(post('Host: localhost:6278\r\n', '')), 'rule')
    write(post(HOST, 'cd'), same)
    expect(tables.map?.().ownOrigin).toBe('http://127.0.0.1:6278')
  })

  test('is read where its body may be edited', () => {
    const release: BodyDecision = () => ({ kind: 'done', edit: null })
    const decisions = [undefined, release, release, undefined]
    const told: string[] = []
    const { outstanding, out, write } = run('response', {}, undefined, {
      bodies: { keeps: () => false, decision: () => decisions.shift(), unedited: (what) => void told.push(what) },
    })
    const same = like(20)
    for (const method of ['POST', 'POST', 'POST']) outstanding.exchanges.push({ method, upgrade: false })
    write(ok(PLAIN, 'ab'), same)
    write(ok(PLAIN, 'cd'), same)
    write(ok(PLAIN, 'ef'), same)
    expect(told).toEqual(['its head had left'])
    expect(decisions).toEqual([])
    expect(out.join('')).toBe(['ab', 'cd', 'ef'].map((body) => ok(PLAIN, body)).join(''))
  })
})
