import { describe, expect, test } from 'vitest'
import { parseFilter, silenceOf } from '../../src/filter/index.ts'
import { subjectOf } from '../support/damage.ts'

const silent = (text: string) => silenceOf(parseFilter(text))
const could = (text: string, changes: Parameters<typeof subjectOf>[0] = {}, ofSession = true): boolean =>
  silent(text).couldHold(subjectOf({ messages: [], direction: 'c2s', ...changes }), ofSession)

describe('what a filter needs to find in a message', () => {
  test('is what it names of method, tool and resource, as JSON strings begin', () => {
    expect(silent('method:tools/call|ping -tool:search uri:file:*').words).toEqual([
      '"tools/call"',
      '"ping"',
      '"search"',
      '"file:',
    ])
  })

  test.each(['method:*', 'tool:"zürich"', 'tool:"a\\"b"', 'text:search', 'id:7'])('cannot be said of %s', (text) => {
    expect(silent(text).words).toEqual([])
    expect(could(text)).toBe(true)
  })

  test.each([
    ['tool:search', false],
    ['-tool:search', true],
    ['tool:search or kind:request', true],
    ['tool:search kind:request', false],
    ['dir:s2c code:-32602', false],
    ['header:x-a', false],
    ['header:content-length=7', true],
    ['server:nobody', false],
  ])('without its words, %s could hold: %s', (text, expected) => {
    expect(could(text)).toBe(expected)
  })

  test('is asked of the session only where that is known', () => {
    expect(could('client:nobody*', { client: null })).toBe(false)
    expect(could('client:nobody*', { client: null }, false)).toBe(true)
  })
})
