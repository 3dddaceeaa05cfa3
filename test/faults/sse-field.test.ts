import { describe, expect, test } from 'vitest'
import { sseField } from '../../src/faults/sse-field.ts'
import { damageOf } from '../support/damage.ts'
import { event } from '../support/http-units.ts'

/** What becomes of blocks, one after the other, each with its blank line. */
function written(options: object, ...blocks: string[]): string[] {
  const table = damageOf(sseField, options)
  return blocks.map((block) => {
    const [action] = table.unit(`${block}\n`, { ...event(), withPayload: (payload) => payload })
    const raw = action?.do === 'pass' && action.event.kind === 'frame' ? action.event.frame.raw : undefined
    // what is not changed has the line end of the test's own unit
    return Buffer.from(raw ?? '')
      .toString()
      .replace(/\n\n\n$/, '\n\n')
  })
}

describe('fields', () => {
  test('are set, whether there was one or not', () => {
    expect(written({ field: 'id', value: '9' }, 'id: 1\ndata: x\n', 'data: x\n')).toEqual([
      'id: 9\ndata: x\n\n',
      'id: 9\ndata: x\n\n',
    ])
    expect(written({ field: 'retry', value: 600_000 }, 'data: x\n')).toEqual(['retry: 600000\ndata: x\n\n'])
    expect(written({ field: 'event', value: 'odd' }, 'event: message\ndata: x\n')).toEqual(['event: odd\ndata: x\n\n'])
    expect(written({ field: 'comment', value: 'hi' }, ':\ndata: x\n')).toEqual([': hi\ndata: x\n\n'])
  })

  test('are removed, all else keeps its line ends', () => {
    expect(written({ field: 'id', act: 'remove' }, 'id: 1\r\ndata: x\r\n', 'id\ndata: x\n')).toEqual([
      'data: x\r\n\n',
      'data: x\n\n',
    ])
    expect(written({ field: 'comment', act: 'remove' }, ': hi\ndata: x\n')).toEqual(['data: x\n\n'])
  })

  test('are those of the first event in all that follow', () => {
    expect(written({ field: 'id', act: 'repeat' }, 'data: a\n', 'id: 1\ndata: b\n', 'id: 2\ndata: c\n')).toEqual([
      'data: a\n\n',
      'id: 1\ndata: b\n\n',
      'id: 1\ndata: c\n\n',
    ])
  })
})

test('a byte order mark in front of a stream, and nowhere else', () => {
  expect(written({ field: 'bom' }, 'data: x\n', 'data: y\n')).toEqual(['\ufeffdata: x\n\n', 'data: y\n\n'])
})

test('other line ends', () => {
  expect(written({ field: 'newline', value: 'cr' }, 'data: x\n')).toEqual(['data: x\r\r'])
  expect(sseField.options.safeParse({ field: 'newline', value: 'x' }).success).toBe(false)
})

test('what cannot be written passes', () => {
  const [action] = damageOf(sseField, { field: 'bom' }).unit('data: x\n', { ...event(), withPayload: () => null })
  expect(action).toMatchObject({ do: 'pass', event: { frame: { raw: Buffer.from('data: x\n\n') } } })
})

test('says what', () => {
  const said = (field: 'id' | 'newline' | 'bom' | 'comment', act: 'remove' | 'repeat' | 'set', value = ''): string =>
    sseField.explain({ field, act, value })
  expect(said('id', 'remove')).toBe('removes id from events')
  expect(said('id', 'repeat')).toBe('repeats the first id in every event')
  expect(said('comment', 'set', 'x')).toBe('sets comments of events to x')
  expect(said('newline', 'set', 'cr')).toBe('ends lines of event streams with CR')
  expect(said('bom', 'set')).toBe('begins event streams with a byte order mark')
})
