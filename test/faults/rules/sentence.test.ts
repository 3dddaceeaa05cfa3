import { expect, test } from 'vitest'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { explainRule } from '../../../src/faults/rules/sentence.ts'
import { fakeFaults } from '../../support/fake-faults.ts'

const late = { fault: 'latency', delay: '200ms' }

test.each<[object, string]>([
  [late, 'delays all traffic by 200 ms'],
  [{ ...late, jitter: '50ms', match: 'dir:s2c' }, 'delays connections to the client by 200 ms ± 50 ms'],
  [{ ...late, match: 'method:tools/call tool:search' }, 'delays tools/call messages for tool search by 200 ms'],
  [{ fault: 'drop' }, 'drops every message'],
  [{ fault: 'drop', match: 'kind:request', every: 3, for: '30s' }, 'drops requests, every 3rd time, for 30 s'],
  [
    { fault: 'drop', match: 'method:ping', per: 'session', times: 2 },
    'drops ping messages, decided once per session, twice in all',
  ],
  [
    { fault: 'snap', match: 'method:tools/call', after: '2 events', per: 'session' },
    'ends tools/call streams with a reset, after 2 events, once per session',
  ],
  [
    { fault: 'snap', end: 'fin', after: '10kb', nth: 2 },
    'ends all traffic to the client with a FIN, after 10 kB, only the 2nd time',
  ],
  [
    { fault: 'snap', after: '2 of method:notifications/progress' },
    'ends all traffic to the client with a reset, after 2 of `method:notifications/progress`',
  ],
  [
    { fault: 'deny', match: 'server:demo', probability: 0.5, limit: 4 },
    'turns clients away, for connections of server demo, 50 % of the time, at most 4 at a time',
  ],
  [
    { fault: 'gone', skip: 2, window: '10s..40s' },
    'answers every message to the server with status 404, but for the first 2, between 10 s and 40 s',
  ],
  [
    { fault: 'gone', window: '..40s', state: { requires: 'started', sets: 'broken' } },
    'answers every message to the server with status 404, within the first 40 s, in sessions that are "started", which makes them "broken"',
  ],
  [
    { ...late, window: '10s..', 'new-connections-only': true },
    'delays all traffic by 200 ms, from 10 s on, on new connections only',
  ],
])('%j in a sentence', (source, sentence) => {
  expect(explainRule(parseRule(source, fakeFaults))).toBe(sentence)
})
