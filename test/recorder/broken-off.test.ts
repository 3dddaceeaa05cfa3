import { describe, expect, test } from 'vitest'
import type { Direction } from '../../src/wire/frame.ts'
import type { Ending } from '../../src/wire/ending.ts'
import { info } from '../support/recording.ts'
import { answer, ask, progress, streamHead, tapedTalk } from '../support/taped-talk.ts'

const talk = tapedTalk()
const { feed, put, close, tick, offsets } = talk

const end = (direction: Direction, ending: Ending, unsent = 0): number => {
  const at = tick()
  talk.taped.tap.ended(1, direction, at, ending, unsent)
  return at
}
const byRule = (how: Ending['how']): Ending => ({ how, by: 'fault', detail: 'cut-it' })

const lines = () => talk.taped.reader.logs().map(({ kind, at, flow, detail }) => ({ kind, at, flow, detail }))
const flows = () => talk.taped.reader.flows().map(({ s2cEnding }) => s2cEnding)
const calls = () => talk.taped.reader.calls()

describe('a line of the record says how an exchange was broken off', () => {
  test('by a fault, with its rule and where', () => {
    feed('c2s', ask(1))
    feed('s2c', streamHead + progress)
    const at = end('s2c', byRule('rst'))
    end('c2s', byRule('rst'))
    close()
    const detail = { how: 'rst', by: 'fault', at: 'boundary', detail: 'cut-it', direction: 's2c' }
    expect(lines()).toEqual([{ kind: 'ending', at, flow: 1, detail: { ...detail, verb: 'POST', target: '/mcp' } }])
  })

  test.each(['rst', 'timeout', 'fin'] as const)('by a peer, with %s', (how) => {
    feed('c2s', ask(1))
    feed('s2c', streamHead + progress)
    end('s2c', { how, by: 'server' })
    end('c2s', { how: 'fin', by: 'proxy' })
    close()
    expect(lines()).toMatchObject([{ kind: 'ending', detail: { how, by: 'server' } }])
  })

  test('and none that an exchange was complete, or that an idle connection was closed', () => {
    feed('c2s', ask(1))
    feed('s2c', `${streamHead}${answer(1)}0\r\n\r\n`)
    end('c2s', { how: 'fin', by: 'client' })
    end('s2c', { how: 'fin', by: 'server' })
    close()
    expect(lines()).toEqual([])
  })

  test('that a client takes a stream up again, and behind what', () => {
    const at = feed('c2s', 'GET /mcp HTTP/1.1\r\nLast-Event-ID: 17\r\nAccept: text/event-stream\r\n\r\n')
    feed('s2c', `${streamHead}0\r\n\r\n`)
    close()
    expect(lines()).toEqual([{ kind: 'resume', at, flow: 1, detail: { verb: 'GET', target: '/mcp', after: '17' } }])
    expect(talk.taped.reader.flows()[0]?.resumes).toBe('17')
  })
})

describe('behind a cut the record says what the client got', () => {
  test('of a stream whose own end had come and not left: the cut', () => {
    feed('c2s', ask(1))
    feed('s2c', streamHead + progress)
    const rest = `${answer(1)}0\r\n\r\n`
    feed('s2c', rest, false)
    end('s2c', byRule('rst'), rest.length)
    close()
    expect(flows()).toMatchObject([{ how: 'rst', by: 'fault', detail: 'cut-it' }])
    expect(calls()).toMatchObject([{ outcome: 'fault' }])
    expect(lines()).toMatchObject([{ kind: 'ending', detail: { how: 'rst' } }])
    const unsent = talk.taped.reader.frames({ direction: 's2c' }).rows.filter(({ sentAt }) => sentAt === null)
    expect(unsent.map(({ kind, droppedBy, faults }) => [kind, droppedBy, faults])).toEqual([
      ['event', 'cut-it', ['cut-it']],
      ['end', 'cut-it', ['cut-it']],
    ])
  })

  test.each([
    ['after-headers', 'of a head', ''],
    ['boundary', 'of an event', progress],
    ['mid-event', 'of half an event', progress + answer(1).slice(0, 20)],
  ])('of what had come whole: a cut %s, behind the end %s', (at, _what, left) => {
    feed('c2s', ask(1))
    const all = `${progress}${answer(1)}0\r\n\r\n`
    feed('s2c', streamHead)
    if (left !== '') feed('s2c', left)
    feed('s2c', all.slice(left.length), false)
    end('s2c', byRule('rst'), all.length - left.length)
    close()
    expect(flows()).toMatchObject([{ how: 'rst', by: 'fault', at }])
    expect(lines()).toMatchObject([{ kind: 'ending', detail: { how: 'rst', at } }])
  })

  test('of a stream whose answer had left before: its own end', () => {
    feed('c2s', ask(1))
    feed('s2c', `${streamHead}${answer(1)}0\r\n\r\n`)
    end('s2c', byRule('rst'))
    close()
    expect(flows()).toMatchObject([{ how: 'clean', by: 'server' }])
    expect(calls()).toMatchObject([{ outcome: 'ok' }])
  })

  test.each(['hang', 'rst'] as const)(
    'what comes behind (%s) is of the same exchange, understood, and answers nobody',
    (how) => {
      feed('c2s', ask(1))
      feed('s2c', streamHead + progress)
      end('s2c', byRule(how))
      feed('s2c', `${answer(1)}0\r\n\r\n`, false)
      close()
      expect(talk.taped.reader.flows()).toMatchObject([{ s2cEnding: { how, by: 'fault' } }])
      expect(calls()).toMatchObject([{ outcome: 'fault', responseFrame: null }])
      const [late] = talk.taped.reader
        .frames({ direction: 's2c' })
        .rows.filter(({ messages }) => messages[0]?.call != null)
      expect(late).toMatchObject({
        sentAt: null,
        droppedBy: 'cut-it',
        messages: [{ method: 'tools/call', rpcId: '1' }],
      })
    },
  )

  test('of one that a rule ended properly: a proper end, by the rule', () => {
    feed('c2s', ask(1))
    feed('s2c', streamHead + progress)
    put('s2c', '0\r\n\r\n', 'cut-it')
    end('s2c', byRule('fin'))
    close()
    expect(flows()).toMatchObject([{ how: 'clean', by: 'fault', detail: 'cut-it' }])
    expect(lines()).toMatchObject([{ kind: 'ending', detail: { how: 'clean', by: 'fault', detail: 'cut-it' } }])
    expect(talk.taped.reader.frames().rows.find(({ ours }) => ours === 'cut-it')).toMatchObject({ kind: 'end' })
  })

  test('what is left of its framing is no end', () => {
    feed('c2s', ask(1))
    feed('s2c', streamHead + progress)
    end('s2c', { how: 'rst', by: 'server' })
    close()
    expect(talk.taped.reader.frames().rows.at(-1)).toMatchObject({ kind: 'end', label: 'broken off' })
  })
})

test('a call that is answered on a stream taken up again is answered, and says so', () => {
  feed('c2s', ask(1, 'Mcp-Session-Id: s\r\n'))
  feed('s2c', streamHead + progress)
  end('s2c', byRule('rst'))
  close()
  expect(calls()).toMatchObject([{ outcome: 'fault', resumedAfter: null }])
  talk.taped.tap.opened(2, tick(), info)
  const say = (direction: Direction, text: string): void =>
    talk.taped.tap.chunk(2, direction, Buffer.from(text), tick(), tick(1), true)
  say('c2s', 'GET /mcp HTTP/1.1\r\nMcp-Session-Id: s\r\nLast-Event-ID: a/2\r\n\r\n')
  say('s2c', streamHead + answer(1))
  talk.taped.commit()
  expect(calls()).toMatchObject([{ outcome: 'ok', resumedAfter: 'a/2' }])
})

test('a call whose answer leaves late is a changed row then: how long it took is another', () => {
  const [fresh, late] = [false, true].map((leavesLate) => {
    feed('c2s', ask(leavesLate ? 2 : 1))
    feed('s2c', streamHead)
    feed('s2c', `${answer(leavesLate ? 2 : 1)}0\r\n\r\n`, false)
    talk.taped.commit()
    const seq = talk.taped.reader.seq()
    talk.taped.tap.sent(1, 's2c', offsets.s2c, tick(leavesLate ? 5000 : 10))
    talk.taped.commit()
    return talk.taped.reader.changes(seq).flatMap(({ calls: changed }) => changed.map(({ id }) => id))
  })
  expect([fresh, late]).toEqual([[], [2]])
})
