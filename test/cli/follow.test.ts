import { describe, expect, test } from 'vitest'
import { createFollower, isWanted } from '../../src/cli/follow.ts'
import { NOW } from '../support/cli-context.ts'
import { callRow, changeSet, flowRow, frameRow, logRow, messageRow } from '../support/rows.ts'

const request = frameRow({ id: 1, messages: [messageRow({ call: 7 })] })
const answer = frameRow({ id: 2, direction: 's2c', messages: [messageRow({ kind: 'response', call: 7 })] })
const none = (): undefined => undefined

describe('following', () => {
  test('tells messages once, although their rows change again', () => {
    const follower = createFollower({ all: false })
    expect(follower.push(changeSet({ frames: [request] }), NOW, none)).toHaveLength(1)
    expect(follower.push(changeSet({ frames: [request, answer] }), NOW, none)).toHaveLength(1)
  })

  test('gives an answer the call that came with it', () => {
    const call = callRow({ id: 7, outcome: 'ok', answeredAt: NOW, responseFrame: 2 })
    const [entry] = createFollower({ all: false }).push(changeSet({ frames: [answer], calls: [call] }), NOW, none)
    expect(entry).toMatchObject({ kind: 'message', call })
  })

  test('tells a call that ends without an answer, and a flow that breaks, once', () => {
    const follower = createFollower({ all: false })
    const change = changeSet({
      calls: [callRow({ outcome: 'server-closed' })],
      flows: [flowRow({ endedAt: NOW, s2cEnding: { how: 'fin', by: 'server' } })],
    })
    expect(follower.push(change, NOW, none).map(({ kind }) => kind)).toEqual(['unanswered', 'broken'])
    expect(follower.push(change, NOW, none)).toEqual([])
  })

  test('keeps waiting calls in sight until they end', () => {
    const follower = createFollower({ all: false })
    follower.await([callRow({ id: 3 })])
    follower.push(changeSet({ calls: [callRow({ id: 9 })] }), NOW, none)
    expect(follower.waiting().map(({ id }) => id)).toEqual([3, 9])
    follower.push(changeSet({ calls: [callRow({ id: 3, outcome: 'ok', responseFrame: 2 })] }), NOW, none)
    expect(follower.waiting().map(({ id }) => id)).toEqual([9])
  })

  test('leaves out frames that were told before', () => {
    const follower = createFollower({ all: false })
    follower.skipFrames(1)
    expect(follower.push(changeSet({ frames: [request, answer] }), NOW, none)).toHaveLength(1)
  })

  test('tells lines of the log between the messages, by time, but those told before', () => {
    const follower = createFollower({ all: false })
    follower.skipLogs(4)
    const logs = [logRow({ id: 4 }), logRow({ id: 5, at: NOW - 1 }), logRow({ id: 6, at: NOW + 1, session: null })]
    const told = follower.push(changeSet({ frames: [request], logs }), NOW, none)
    expect(told.map((entry) => (entry.kind === 'log' ? entry.log.id : entry.kind))).toEqual([5, 'message', 6])
  })

  test('tells a frame when its session becomes known, where one session is wanted', () => {
    const follower = createFollower({ all: false, session: 'abcdefgh' })
    expect(follower.push(changeSet({ frames: [{ ...request, session: null }] }), NOW, none)).toEqual([])
    expect(follower.push(changeSet({ frames: [request] }), NOW, none)).toHaveLength(1)
  })
})

test.each([
  [{ all: false }, true],
  [{ all: false, session: 'abcdefgh' }, true],
  [{ all: false, session: 'other' }, false],
  [{ all: false, method: 'tools/call' }, true],
  [{ all: false, method: 'tools/*' }, true],
  [{ all: false, method: 'tools/list' }, false],
])('a call of a tool with %j is wanted: %j', (wanted, expected) => {
  expect(isWanted({ kind: 'message', at: NOW, frame: request, message: messageRow() }, wanted)).toBe(expected)
  expect(isWanted({ kind: 'unanswered', at: NOW, call: callRow() }, wanted)).toBe(expected)
})

test('with a method, what has none is not wanted', () =>
  expect(isWanted({ kind: 'refused', at: NOW, flow: flowRow() }, { all: true, method: 'tools/*' })).toBe(false))
