import { describe, expect, test } from 'vitest'
import { compile, KEYS, matches, parseFilter, type Subject } from '../../src/filter/index.ts'
import { subject } from '../support/filters.ts'

const recorded = { id: 5, outcome: 'tool-error', durationMs: 700, ending: 'ws:1006', faults: ['cut-it'] }
const nothing = subject({
  era: null,
  session: null,
  client: null,
  verb: null,
  path: null,
  messages: [],
  says: '',
  size: 0,
})
const batch = subject({
  messages: [
    { kind: 'response', method: 'tools/call', tool: 'write', uri: null, id: '"a"', code: null },
    { kind: 'error', method: 'resources/read', tool: null, uri: 'file:///x', id: '8', code: -32602 },
  ],
})
const cases: readonly [string, Subject, boolean][] = [
  ['', nothing, true],
  ['method:tools/call', subject(), true],
  ['method:tools/*', subject(), true],
  ['method:*/call', subject(), true],
  ['method:t*s/c*l', subject(), true],
  ['method:tools', subject(), false],
  ['method:Tools/call', subject(), false],
  ['method:*', nothing, false],
  ['-method:*', nothing, true],
  ['method:ping|resources/read', batch, true],
  ['-method:tools/call', batch, false],
  ['tool:search', subject(), true],
  ['tool:write', batch, true],
  ['tool:s*h*h', subject(), false],
  ['tool:search*search', subject(), false],
  ['uri:file:*', batch, true],
  ['uri:file:*', subject(), false],
  ['dir:c2s', subject(), true],
  ['dir:s2c', subject(), false],
  ['kind:request', subject(), true],
  ['kind:body', subject(), true],
  ['kind:message', subject(), true],
  ['kind:message', nothing, false],
  ['kind:error', batch, true],
  ['kind:response', batch, true],
  ['kind:head', subject({ kind: 'head' }), true],
  ['verb:post', subject(), true],
  ['verb:GET', subject(), false],
  ['verb:*', nothing, false],
  ['path:/mcp', subject(), true],
  ['path:/mcp?x=*', subject(), true],
  ['path:/mc', subject(), false],
  ['path:*', nothing, false],
  ['header:x-a', subject({ headers: { 'x-a': '' } }), true],
  ['header:x-a', subject(), false],
  ['-header:x-a', subject(), true],
  ['header:X-A=b*', subject({ headers: { 'x-a': 'Bcd' } }), true],
  ['header:x-a=b|c', subject({ headers: { 'x-a': 'd' } }), false],
  ['header:x-a=*', subject(), false],
  ['status:404', subject({ status: 404 }), true],
  ['status:4xx', subject({ status: 404 }), true],
  ['status:>404', subject({ status: 404 }), false],
  ['status:>=404', subject({ status: 404 }), true],
  ['status:<=404', subject({ status: 404 }), true],
  ['status:<404', subject({ status: 404 }), false],
  ['status:200|400..499', subject({ status: 499 }), true],
  ['status:200|400..499', subject({ status: 500 }), false],
  ['status:>0', subject(), false],
  ['-status:>0', subject(), true],
  ['code:-32602', batch, true],
  ['code:-32700..-32603', batch, false],
  ['code:<0', subject(), false],
  ['session:abcd*', subject(), true],
  ['session:*', nothing, false],
  ['client:Claude*', subject(), true],
  ['client:claude-code/1.*', subject(), true],
  ['client:claude', subject(), false],
  ['-client:claude*', nothing, true],
  ['server:LOCALHOST*', subject(), true],
  ['server:localhost', subject(), false],
  ['tap:edge', subject({ tap: 'Edge' }), true],
  ['tap:edge', subject(), false],
  ['era:stateful', subject(), true],
  ['era:*', nothing, false],
  ['transport:ws', subject({ transport: 'websocket' }), true],
  ['transport:stdio|http', subject(), true],
  ['transport:stdio', subject(), false],
  ['stream:get', subject({ stream: 'get' }), true],
  ['stream:get', subject(), false],
  ['outcome:tool-error', subject({ recorded }), true],
  ['outcome:*', subject(), false],
  ['-outcome:ok', subject(), true],
  ['fault:any', subject({ recorded }), true],
  ['fault:any', subject({ recorded: { ...recorded, faults: [] } }), false],
  ['fault:cut-it', subject({ recorded }), true],
  ['fault:other', subject({ recorded }), false],
  ['fault:any', subject(), false],
  ['ending:ws:*', subject({ recorded }), true],
  ['ending:rst', subject({ recorded }), false],
  ['duration:>500ms', subject({ recorded }), true],
  ['duration:>1s', subject({ recorded }), false],
  ['duration:>1ms', subject({ recorded: { ...recorded, durationMs: null } }), false],
  ['size:100b', subject(), true],
  ['size:>1kb', subject(), false],
  ['since:5m', subject(), true],
  ['id:7', subject(), true],
  ['id:a', batch, true],
  ['id:"\\"a\\""', batch, true],
  ['id:7*', batch, false],
  ['text:"Tools/CALL"', subject({ says: '' }), true],
  ['SEARCH', subject({ says: '' }), true],
  ['no*such', subject({ says: 'There is NO file such' }), true],
  ['such*no', subject({ says: 'no such' }), false],
  ['a|b', subject({ says: 'b', messages: [] }), true],
  ['É', subject({ says: 'é', messages: [] }), false],
  ['method:tools/call tool:search dir:c2s', subject(), true],
  ['method:ping or tool:search', subject(), true],
  ['method:ping or tool:write', subject(), false],
  ['-(method:ping or tool:search)', subject(), false],
  ['--tool:search', subject(), true],
]

test.each(cases.map(([text, of, expected]) => ({ text, of, expected })))(
  '$text ($#): $expected',
  ({ text, of, expected }) => {
    expect(matches(parseFilter(text), of)).toBe(expected)
  },
)

test('there is a case for each key, and one in which it does not hold', () => {
  const asked = (held: boolean) =>
    new Set(
      cases.flatMap(([text, , expected]) =>
        expected === held && !text.startsWith('-') ? [text.split(':', 1)[0]] : [],
      ),
    )
  expect(Object.keys(KEYS).filter((key) => key !== 'since' && !asked(true).has(key))).toEqual([])
  expect(Object.keys(KEYS).filter((key) => key !== 'since' && key !== 'text' && !asked(false).has(key))).toEqual([])
})

describe('since', () => {
  const at = 1_000_000_000_000
  test('looks back from now', () => {
    const recent = compile(parseFilter('since:5m'))
    expect(recent(subject({ at }), at + 300_000_000)).toBe(true)
    expect(recent(subject({ at }), at + 300_000_001)).toBe(false)
  })
  test('on its way, all there is is now', () => {
    expect(compile(parseFilter('since:1s'))(subject({ at }))).toBe(true)
  })
})
