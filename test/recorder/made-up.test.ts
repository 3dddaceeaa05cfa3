import { describe, expect, test } from 'vitest'
import { answer, ask, progress, streamHead, tapedTalk } from '../support/taped-talk.ts'

const talk = tapedTalk()
const { feed, put, close } = talk

const calls = () => talk.taped.reader.calls()

describe('an answer that a rule made up is paired with its call', () => {
  const cases = [
    ['a status', 'HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno', 503],
    ['an error', `HTTP/1.1 404 No\r\n\r\n{"jsonrpc":"2.0","error":{"code":-32001,"message":"x"},"id":null}`, -32001],
    ['a result', `HTTP/1.1 200 OK\r\n\r\n{"jsonrpc":"2.0","id":1,"result":{}}`, null],
  ] as const
  test.each(cases)('%s', (_, text, code) => {
    feed('c2s', ask(1))
    put('s2c', text, 'busy')
    feed('c2s', ask(2))
    feed('s2c', `${streamHead}${answer(2)}0\r\n\r\n`)
    close()
    const [made, other] = calls()
    expect(made).toMatchObject({ outcome: 'fault', code, madeBy: 'busy', answeredAt: expect.any(Number) })
    expect(other).toMatchObject({ outcome: 'ok', madeBy: null })
    expect(talk.taped.reader.frame(made!.responseFrame!)).toMatchObject({ ours: 'busy' })
  })

  test('a message of it has the method of what it answers', () => {
    feed('c2s', ask(1))
    put('s2c', cases[1][1], 'gone')
    close()
    const own = talk.taped.reader.frames({ direction: 's2c' }).rows[0]
    expect(own?.messages).toMatchObject([{ kind: 'error', method: 'tools/call', tool: 't', call: 1 }])
    // it has a row of its own
    expect(talk.taped.reader.logs()).toEqual([])
  })

  test('an event among those of its stream', () => {
    feed('c2s', ask(1))
    feed('s2c', streamHead + progress)
    put('s2c', answer(1), 'early')
    close()
    expect(calls()).toMatchObject([{ outcome: 'fault', madeBy: 'early' }])
  })
})
