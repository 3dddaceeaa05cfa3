import { describe, expect, test } from 'vitest'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { ruleProblemsOf } from '../../../src/faults/rules/problem.ts'
import { fakeFaults } from '../../support/fake-faults.ts'

/** Problems as `path: message (nearest)`. */
const problems = (source: unknown): string[] => {
  try {
    parseRule(source, fakeFaults)
    return []
  } catch (error) {
    return ruleProblemsOf(error).map(
      ({ path, message, nearest }) =>
        `${path === '' ? '' : `${path}: `}${message}${nearest === undefined ? '' : ` (${nearest})`}`,
    )
  }
}
const late = { fault: 'latency', delay: '200ms' }

describe('parseRule', () => {
  test('reads the whole envelope', () => {
    const rule = parseRule(
      {
        ...late,
        id: 'slow',
        match: 'method:tools/call dir:s2c',
        probability: 0.3,
        per: 'session',
        skip: 2,
        every: 5,
        times: 1,
        after: '2 events',
        window: '10s..40s',
        state: { requires: 'started', sets: 'broken' },
        for: '1m',
        limit: 4,
        'new-connections-only': true,
        expect: { 'lost-calls': 0 },
        enabled: false,
      },
      fakeFaults,
    )
    expect(rule).toMatchObject({
      id: 'slow',
      options: { delay: 200, jitter: 0, dist: 'uniform', correlation: 0 },
      directions: ['s2c'],
      per: 'session',
      perUnit: true,
      probability: 0.3,
      after: { what: 'events', count: 2 },
      window: { from: 10_000, to: 40_000 },
      for: 60_000,
      limit: 4,
      enabled: false,
    })
  })

  test.each([
    [{ ...late }, 'connection', false, ['c2s', 's2c']],
    [{ ...late, match: 'server:demo' }, 'connection', false, ['c2s', 's2c']],
    [{ ...late, match: 'dir:s2c' }, 'connection', false, ['s2c']],
    [{ ...late, match: 'client:claude*' }, 'connection', false, ['c2s', 's2c']],
    [{ ...late, match: 'method:tools/call' }, 'message', true, ['c2s', 's2c']],
    [{ ...late, match: 'method:tools/call', after: '5s' }, 'session', true, ['c2s', 's2c']],
    [{ ...late, per: 'stream' }, 'stream', false, ['c2s', 's2c']],
    [{ fault: 'drop' }, 'message', true, ['c2s', 's2c']],
    [{ fault: 'drop', per: 'session' }, 'session', true, ['c2s', 's2c']],
    [{ fault: 'snap', match: 'method:tools/call' }, 'stream', false, ['s2c']],
    [{ fault: 'gone' }, 'message', true, ['c2s']],
  ])(
    'what a draw covers, and what the damage is done to, follow from fault and match: %j',
    (source, per, perUnit, directions) => {
      expect(parseRule(source, fakeFaults)).toMatchObject({ per, perUnit, directions })
    },
  )

  test('is named for its fault where it has no name', () => {
    expect(parseRule(late, fakeFaults).id).toBe('latency')
  })
})

describe('a rule is refused, with place, reason and what was probably meant', () => {
  test.each<[unknown, string[]]>([
    ['latency', ['must be a fault with its options, such as { fault: latency, delay: 200ms }']],
    [
      { delay: '1s' },
      [
        'fault: is needed: one of latency, drop, snap, deny, gone, keep, eat, wrong, later, shut, astray, sleepy, briefly',
      ],
    ],
    [{ fault: 7 }, ['fault: must be the name of a fault']],
    [{ fault: 'latensy' }, ['fault: there is no fault latensy (latency)']],
    [
      { fault: 'xyz' },
      [
        'fault: there is no fault xyz; there are latency, drop, snap, deny, gone, keep, eat, wrong, later, shut, astray, sleepy, briefly',
      ],
    ],
    [{ fault: 'latency' }, ['delay: is needed: must be a time span such as 250ms, 1.5s or 2m']],
    [{ fault: 'latency', delay: 200 }, ['delay: 200 has no unit: write 200ms or 200s']],
    [{ ...late, jiter: '1ms' }, ['jiter: is no option of latency (jitter)']],
    [{ ...late, probabilty: 1 }, ['probabilty: is no option of latency (probability)']],
    [{ ...late, dist: 'even' }, ['dist: must be fixed, uniform, normal, lognormal or pareto']],
    [
      { ...late, code: 404 },
      [
        'code: is an option of gone; of latency, it has delay, jitter, dist, correlation, wave; a match can ask for it, as code:404',
      ],
    ],
    [{ ...late, dir: 's2c' }, ['dir: is a word of filters: write it into the match, as dir:s2c']],
    [{ fault: 'gone', method: 'a b' }, ['method: is a word of filters: write it into the match, as method:"a b"']],
    [{ latency: '200ms' }, ['latency: is a fault: write fault: latency, delay: 200ms']],
    [{ latency: { delay: '1s' } }, ['latency: is a fault: write fault: latency, delay: 1s']],
    [{ latensy: null }, ['latensy: is a fault: write fault: latency']],
    [{ fault: 'deny', x: 1 }, ['x: is an option of no fault; of deny, it has none']],
    [{ ...late, probability: 30 }, ['probability: must be from 0 to 1: 30 % is written 0.3']],
    [{ ...late, times: 0 }, ['times: must be a whole number, at least 1']],
    [{ ...late, skip: -1 }, ['skip: must be a whole number, at least 0']],
    [{ ...late, nth: 3, skip: 1 }, ['skip: stands beside nth: write nth: 4 alone']],
    [{ ...late, nth: 3, every: 2 }, ['every: stands beside nth: the one fires once, the other again and again']],
    [{ ...late, nth: 3, times: 2 }, ['times: stands beside nth, which fires once anyway']],
    [{ ...late, window: '40s..10s' }, ['window: ends before it begins; write 10s..40s']],
    [{ ...late, window: '10..40s' }, ['window: 10 has no unit: write 10s']],
    [{ ...late, window: '10s' }, ['window: must be two time spans such as 10s..40s, of which one may be left out']],
    [{ ...late, window: '40s..', for: '30s' }, ['window: begins when the rule has expired (`for`)']],
    [{ ...late, for: '0s' }, ['for: must be more than 0']],
    [{ ...late, for: 30 }, ['for: 30 has no unit: write 30ms or 30s']],
    [{ ...late, after: '2' }, ['after: 2 of what: write 2 events, 2 messages, 2s or 2kb']],
    [{ ...late, after: '0 events' }, ['after: 0 events is at once: leave it out']],
    [{ ...late, after: '2 evnts' }, ['after: evnts cannot be counted: did you mean 2 events?']],
    [{ ...late, after: '3 seconds' }, ['after: seconds cannot be counted: did you mean 3s?']],
    [{ ...late, after: '10kbb' }, ['after: kbb cannot be counted: did you mean 10kb?']],
    [{ ...late, after: '1.5 calls' }, ['after: calls are counted in whole numbers']],
    [
      { ...late, after: '2 gizmos' },
      [
        'after: gizmos cannot be counted: write 2 events, 2 messages, 2 calls, 2s or 2kb; a text to wait for is quoted: "2 gizmos"',
      ],
    ],
    [{ ...late, after: 'outcome:ok' }, ['after: outcome is known of recorded traffic only']],
    [{ ...late, per: 'request' }, ['per: must be connection, session, stream or message']],
    [{ ...late, state: {} }, ['state: must say requires, sets or both']],
    [{ ...late, id: 'a b' }, ['id: must be a name of letters, digits, dots and dashes, 64 at most']],
    [{ ...late, id: 'host' }, ['id: host is a name of ours']],
    [{ ...late, match: 'fault:any' }, ['match: fault: is known of recorded traffic only']],
    [{ ...late, match: 'metod:x' }, ['match: Filter, character 1: there is no key "metod" (method:)']],
    [{ ...late, match: 'dir:s2c dir:c2s' }, ['match: never holds for latency']],
    [{ fault: 'gone', match: 'dir:s2c' }, ['match: never holds for gone, which is about dir:c2s']],
    [{ fault: 'gone', match: 'transport:stdio' }, ['match: gone has no meaning on stdio']],
    [{ fault: 'snap', per: 'message' }, ['per: cannot be message: snap is about a whole stream']],
    [
      { fault: 'drop', per: 'message', after: '5s' },
      ['after: counts within a wider scope than a message: leave out per, or use skip'],
    ],
    [{ fault: 'deny', per: 'session' }, ['per: must be connection: deny acts before anything is said']],
    [
      { fault: 'deny', match: 'method:ping' },
      ['match: deny acts before anything is said: only server: and tap: can be asked'],
    ],
    [{ fault: 'deny', after: '2 events' }, ['after: must be a time: deny acts before anything is said']],
    [
      { fault: 'latency', delay: 'x', times: 0, match: '"', foo: 1 },
      [
        'times: must be a whole number, at least 1',
        'match: Filter, character 1: the quote is not closed',
        'delay: must be a time span such as 250ms, 1.5s or 2m',
        'foo: is no option of latency (for)',
      ],
    ],
  ])('%j', (source, expected) => {
    expect(problems(source)).toEqual(expected)
  })

  test('with one message that lists all', () => {
    expect(() => parseRule({ fault: 'latency', delay: 5, every: 0 }, fakeFaults)).toThrow(
      'The rule is not valid:\n  every: must be a whole number, at least 1\n  delay: 5 has no unit: write 5ms or 5s',
    )
  })
})
