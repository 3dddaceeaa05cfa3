import { expect, test } from 'vitest'
import { explain, KEYS, parseFilter } from '../../src/filter/index.ts'

test.each([
  ['', 'all traffic'],
  ['method:tools/call kind:request client:claude*', 'tools/call requests of client claude*'],
  ['method:tools/call|ping', 'tools/call or ping messages'],
  ['tool:search dir:s2c', 'messages for tool search to the client'],
  ['dir:c2s server:a', 'traffic to the server of server a'],
  ['kind:event stream:get', 'events on GET streams'],
  ['kind:response|error method:tools/call', 'tools/call results or error answers'],
  ['verb:POST path:/mcp* status:4xx', 'traffic on POST at /mcp* with status 400..499'],
  ['header:x-a', 'traffic with header x-a'],
  ['header:x-a=b|c', 'traffic with header x-a b or c'],
  ['code:-32602 id:7 uri:file:*', 'messages about file:* with id 7 with code -32602'],
  [
    'session:a* tap:edge era:stateful transport:ws',
    'traffic of session a* over websocket of the stateful era seen at edge',
  ],
  ['outcome:error duration:>500ms', 'traffic of calls with outcome error of calls that took more than 500ms'],
  ['duration:1s..2s|<=5ms', 'traffic of calls that took 1s to 2s or at most 5ms'],
  ['size:<1kb|3kb|>=1mb', 'traffic of less than 1kb or exactly 3kb or at least 1mb'],
  ['ending:rst fault:any', 'traffic of exchanges that ended with rst touched by a rule'],
  ['fault:x since:5m', 'traffic touched by rule x of the last 5m'],
  ['"no such"', 'traffic with the text "no such"'],
  ['-kind:ping', 'traffic, except pings'],
  ['dir:c2s -kind:ping -tool:x', 'traffic to the server, except pings, and except messages for tool x'],
  ['kind:request or dir:s2c', 'requests, or traffic to the client'],
  ['dir:c2s (tool:a or tool:b)', 'traffic to the server, of these messages for tool a, or messages for tool b'],
  ['kind:request kind:body method:a method:a*', 'a requests that are also a*, of these bodies'],
])('%j are %s', (text, sentence) => {
  expect(explain(parseFilter(text))).toBe(sentence)
})

test('there is a phrase for each key', () => {
  for (const { sample } of Object.values(KEYS))
    expect(explain(parseFilter(sample))).toMatch(/^(?!traffic$|messages$).+/)
})
