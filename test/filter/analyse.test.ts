import { describe, expect, test } from 'vitest'
import { analyse, type Known, parseFilter } from '../../src/filter/index.ts'

const all = ['http', 'sse', 'websocket', 'stdio', 'opaque']
const of = (text: string) => analyse(parseFilter(text))

test.each([
  ['', ['c2s', 's2c'], all, null, 'connection', []],
  ['dir:s2c', ['s2c'], all, null, 'connection', []],
  ['-dir:s2c', ['c2s'], all, null, 'connection', []],
  ['dir:s2c dir:c2s', [], all, null, 'connection', []],
  ['dir:s2c or method:ping', ['c2s', 's2c'], all, null, 'message', []],
  ['transport:stdio', ['c2s', 's2c'], ['stdio'], null, 'connection', []],
  ['transport:stdio|ws', ['c2s', 's2c'], ['websocket', 'stdio'], null, 'exchange', []],
  ['-transport:stdio', ['c2s', 's2c'], ['http', 'sse', 'websocket', 'opaque'], null, 'connection', []],
  ['server:a* tap:edge', ['c2s', 's2c'], all, null, 'connection', []],
  ['verb:GET', ['c2s', 's2c'], all, null, 'exchange', []],
  ['client:claude*', ['c2s', 's2c'], all, null, 'exchange', []],
  ['method:tools/call', ['c2s', 's2c'], all, ['tools/call'], 'message', []],
  ['method:tools/call|ping method:ping', ['c2s', 's2c'], all, ['ping'], 'message', []],
  ['method:tools/call or method:ping tool:x', ['c2s', 's2c'], all, ['tools/call', 'ping'], 'message', []],
  ['method:tools/*', ['c2s', 's2c'], all, null, 'message', []],
  ['method:tools/call or verb:GET', ['c2s', 's2c'], all, null, 'message', []],
  ['-method:tools/call', ['c2s', 's2c'], all, null, 'message', []],
  ['outcome:ok since:5m', ['c2s', 's2c'], all, null, 'connection', ['outcome', 'since']],
])(
  '%j can hold in %j, over %j, of methods %j; needs %s',
  (text, directions, transports, methods, needs, recordedOnlyKeys) => {
    expect(of(text)).toMatchObject({
      directions,
      transports,
      methods,
      needs,
      recordedOnlyKeys,
      sinceUsed: text.includes('since'),
    })
  },
)

describe('possible', () => {
  test.each<[string, Known, boolean]>([
    ['server:a*', { server: 'ab' }, true],
    ['server:a*', { server: 'b' }, false],
    ['-server:a*', { server: 'ab' }, false],
    ['server:b or method:ping', { server: 'a' }, true],
    ['server:b or method:ping', { server: 'a', method: 'tools/call' }, false],
    ['server:b or method:ping', { server: 'a', method: null }, false],
    ['tap:EDGE', { tap: 'edge' }, true],
    ['verb:get stream:get', { verb: 'GET', stream: 'post' }, false],
    ['era:stateless', { era: 'stateful' }, false],
    ['header:x', { era: 'stateful' }, true],
  ])('%j, knowing %o: %s', (text, known, expected) => {
    expect(of(text).possible(known)).toBe(expected)
  })
})
