import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { personaNamed } from '../../src/config/personas.ts'
import { faults } from '../../src/faults/index.ts'
import { parsePersona, personaRules, personaSentences } from '../../src/faults/personas.ts'
import { engineTable, type EngineLine, type EngineTable, wire } from '../support/engine.ts'

interface Stage extends EngineTable {
  /** Lets so many seconds go by. */
  seconds(count: number): void
}

/** A persona at work, on a fake clock. Connections can be there before it. */
function stage(name: string, before: (table: EngineTable) => void = () => undefined): Stage {
  const table = engineTable({ among: faults })
  before(table)
  table.rules(...personaRules(personaNamed(name)))
  return { ...table, seconds: (count) => table.clock.advance(count * 1000) }
}

const SESSION = 'Mcp-Session-Id: one\r\n'
const get = `GET /mcp HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n${SESSION}\r\n`
const call = (id: number, fields = SESSION): string => wire.post(wire.call(id), fields)

/** A line on which an event stream is open. */
function streaming(table: EngineTable, head: string = wire.stream): EngineLine {
  const line = table.open()
  line.push('c2s', get)
  line.push('s2c', head)
  return line
}
const status = (line: EngineLine): string => /^HTTP\/1.1 (\d+)/.exec(line.out('s2c'))?.[1] ?? 'nothing'
const cuts = (line: EngineLine): string[] => line.log.filter((text) => text.startsWith('cut'))

describe('nginx-default', () => {
  test('keeps small events back with their headers until 4 kB are there', () => {
    const table = stage('nginx-default')
    const line = streaming(table)
    for (let n = 0; n < 4; n++) line.push('s2c', wire.event('a'.repeat(1000)))
    expect(line.out('s2c')).toBe('')
    line.push('s2c', wire.event('b'.repeat(1000)))
    expect(line.out('s2c')).toMatch(/^HTTP\/1.1 200 OK[^]*aaa[^]*bbb/)
  })

  test('lets streams with X-Accel-Buffering: no pass', () => {
    const line = streaming(stage('nginx-default'), wire.stream.replace('\r\n\r\n', '\r\nX-Accel-Buffering: no\r\n\r\n'))
    line.push('s2c', wire.event('a'))
    expect(line.out('s2c')).toContain('data: a')
  })

  test('answers 504 after a minute, and loses what it keeps when a stream is silent for a minute', () => {
    const table = stage('nginx-default')
    const asking = table.open()
    asking.push('c2s', call(1))
    const listening = streaming(table)
    listening.push('s2c', wire.event('a'))
    table.seconds(59)
    expect([asking.out('s2c'), listening.out('s2c')]).toEqual(['', ''])
    table.seconds(1)
    expect(status(asking)).toBe('504')
    expect([listening.out('s2c'), ...cuts(listening)]).toEqual(['', 'cut fin both nginx-default/gives-up@60000'])
  })
})

test('nginx-sse-ok passes each event at once, and a minute of silence', () => {
  const table = stage('nginx-sse-ok')
  const line = streaming(table)
  line.push('s2c', wire.event('a'))
  expect(line.out('s2c')).toContain('data: a')
  table.seconds(3599)
  expect(cuts(line)).toEqual([])
  table.seconds(1)
  expect(cuts(line)).toEqual(['cut fin both nginx-sse-ok/gives-up@3600000'])
})

test('gzip-dev-server opens a stream that stays silent until its end', () => {
  const line = streaming(stage('gzip-dev-server'))
  line.push('s2c', wire.event('a') + wire.event('b'))
  expect(line.out('s2c')).toBe(wire.stream.replace('\r\n\r\n', '\r\nContent-Encoding: gzip\r\n\r\n'))
  line.push('s2c', wire.last)
  const [, body = ''] = line.out('s2c').split('\r\n\r\n', 2)
  const chunk = Buffer.from(line.out('s2c').slice(line.out('s2c').indexOf(body)), 'latin1')
  const start = chunk.indexOf('\r\n') + 2
  const size = Number.parseInt(chunk.toString('latin1', 0, start), 16)
  expect(gunzipSync(chunk.subarray(start, start + size)).toString()).toBe('data: a\n\ndata: b\n\n')
})

test('gzip-dev-server resets the stream when it is healed, as nothing in the clear may follow', () => {
  const table = stage('gzip-dev-server')
  const line = streaming(table)
  line.push('s2c', wire.event('a'))
  table.engine.heal()
  expect(cuts(line)).toEqual(['cut rst both gzip-dev-server/compresses@0'])
})

test('aws-alb-60s closes a stream after a minute without bytes, and a comment keeps it', () => {
  const table = stage('aws-alb-60s')
  const [silent, alive] = [streaming(table), streaming(table)]
  table.seconds(40)
  alive.push('s2c', '10\r\n: still there\n\n\r\n')
  const asking = table.open()
  asking.push('c2s', call(1))
  table.seconds(59)
  expect(cuts(silent)).toEqual(['cut fin both aws-alb-60s/idle@60000'])
  expect([cuts(alive), status(asking)]).toEqual([[], 'nothing'])
  table.seconds(1)
  expect([cuts(alive).length, status(asking)]).toEqual([1, '504'])
})

test('aws-nlb-350s says nothing after 350 s; who sends next is reset, and the other is not told', () => {
  const table = stage('aws-nlb-350s')
  const [listening, kept] = [streaming(table), table.open()]
  table.seconds(3600)
  expect([...cuts(listening), ...cuts(kept)]).toEqual([])
  listening.push('s2c', wire.event('a'))
  kept.push('c2s', call(1))
  expect(cuts(listening)).toEqual(['cut rst server aws-nlb-350s/forgets@3600000'])
  expect(cuts(kept)).toEqual(['cut rst client aws-nlb-350s/forgets@3600000'])
})

describe('cloudflare-idle', () => {
  test('keeps the 200 back until the first byte of the body, and says 524 where none comes', () => {
    const table = stage('cloudflare-idle')
    const [early, never] = [streaming(table), streaming(table)]
    expect([early.out('s2c'), never.out('s2c')]).toEqual(['', ''])
    early.push('s2c', wire.event('a'))
    expect(early.out('s2c')).toBe(wire.stream + wire.event('a'))
    table.seconds(124)
    expect(never.out('s2c')).toBe('')
    table.seconds(1)
    expect(status(never)).toBe('524')
  })

  test('passes events at once from then on, and closes after 125 s of silence', () => {
    const table = stage('cloudflare-idle')
    const line = streaming(table)
    line.push('s2c', wire.event('a'))
    table.seconds(100)
    line.push('s2c', wire.event('b'))
    expect(line.out('s2c')).toContain('data: b')
    table.seconds(125)
    expect(cuts(line)).toEqual(['cut fin both cloudflare-idle/gives-up@225000'])
  })
})

test('undici-300s leaves after 300 s without a byte, headers or body', () => {
  const table = stage('undici-300s')
  const [listening, asking] = [streaming(table), table.open()]
  asking.push('c2s', call(1))
  table.seconds(299)
  expect([...cuts(listening), ...cuts(asking)]).toEqual([])
  table.seconds(1)
  expect([...cuts(listening), ...cuts(asking)]).toEqual(Array(2).fill('cut fin both undici-300s/leaves@300000'))
})

/** What a new client is told when its upstream is dialled. */
const dialled = ({ engine }: EngineTable, line: EngineLine): unknown => {
  const verdict = engine.dial(line.id, line.connection.info)
  return 'as' in verdict ? verdict.as : verdict.do
}
/** The answer to `initialize` of a new session, head and event apart as SDK servers send it. */
const begun = (id: string): string =>
  wire.stream.replace('\r\n\r\n', `\r\nMcp-Session-Id: ${id}\r\n\r\n`) + wire.event(wire.result(0)) + wire.last
const initialize = wire.post(
  wire.json({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', clientInfo: { name: 'c', version: '1' } },
  }),
)

test('rolling-deploy drains, answers 502 for five seconds, and forgets old sessions but no new ones', () => {
  let old: EngineLine | undefined
  const table = stage('rolling-deploy', (before) => {
    old = streaming(before)
  })
  table.seconds(1)
  expect(cuts(old!)).toEqual([])
  table.seconds(1)
  expect(cuts(old!)).toEqual(['cut fin both rolling-deploy/gap@2000'])
  expect(dialled(table, table.open())).toBe('502')
  table.seconds(5)
  const line = table.open()
  expect(dialled(table, line)).toBe('dial')
  line.push('c2s', call(1))
  expect(status(line)).toBe('404')
  const fresh = table.open()
  fresh.push('c2s', initialize)
  fresh.push('s2c', begun('two'))
  fresh.push('c2s', call(2, 'Mcp-Session-Id: two\r\n'))
  expect(fresh.out('c2s')).toContain(wire.call(2))
})

test('crash resets what is open, refuses for three seconds, and has forgotten the session', () => {
  const doors: string[] = []
  const table = stage('crash', (before) =>
    before.engine.listening({
      servers: ['demo'],
      shut: (existing) => doors.push(`shut ${existing}`),
      reopen: () => {
        doors.push('open')
        return Promise.resolve(true)
      },
      letIn: () => 0,
    }),
  )
  table.seconds(2)
  expect(doors).toEqual(['shut rst'])
  table.seconds(1)
  expect(doors).toEqual(['shut rst', 'open'])
  const line = table.open()
  line.push('c2s', call(1))
  expect(line.out('s2c')).toMatch(/^HTTP\/1.1 404 [^]*Session not found/)
})

test('laptop-sleep freezes what is open for half a minute, then resets it', () => {
  let old: EngineLine | undefined
  const table = stage('laptop-sleep', (before) => {
    old = streaming(before)
  })
  const before = old!.out('s2c')
  old!.push('s2c', wire.event('a'))
  table.seconds(29)
  expect([old!.out('s2c'), cuts(old!)]).toEqual([before, []])
  const later = streaming(table)
  later.push('s2c', wire.event('b'))
  expect(later.out('s2c')).toContain('data: b')
  table.seconds(1)
  expect(cuts(old!)).toEqual(['cut rst both laptop-sleep/sleeps@30000'])
})

test('wifi-switch swallows what old connections say and keeps new ones waiting for ten seconds', () => {
  let old: EngineLine | undefined
  const table = stage('wifi-switch', (before) => {
    old = streaming(before)
  })
  const before = old!.out('s2c')
  table.seconds(2)
  const line = table.open()
  expect(dialled(table, line)).toBe('hang')
  table.seconds(8)
  expect(dialled(table, table.open())).toBe('dial')
  line.push('c2s', call(1))
  expect(line.out('c2s')).toContain(wire.call(1))
  old!.push('s2c', wire.event('lost'))
  expect([old!.out('s2c'), cuts(old!)]).toEqual([before, []])
})

test('flaky-3g makes a call late and a large result slow', () => {
  const table = stage('flaky-3g')
  const line = table.open()
  line.push('c2s', call(1))
  table.clock.advance(74)
  expect(line.out('c2s')).toBe('')
  table.clock.advance(500)
  expect(line.out('c2s')).toContain(wire.call(1))
  line.push('s2c', wire.ok('x'.repeat(195 * 1024)))
  table.clock.advance(900)
  expect(line.out('s2c').length).toBeLessThan(195 * 1024)
  table.clock.advance(4900)
  expect(line.out('s2c').length).toBeGreaterThan(195 * 1024)
})

test('token-expiry refuses the token after ten calls, and takes another', () => {
  const table = stage('token-expiry')
  const line = table.open()
  const ask = (id: number, token: string): void =>
    line.push('c2s', call(id, `${SESSION}Authorization: Bearer ${token}\r\n`))
  for (let id = 1; id <= 10; id++) {
    ask(id, 'old')
    line.push('s2c', wire.ok(wire.result(id)))
  }
  expect(line.out('s2c')).not.toContain('401')
  ask(11, 'old')
  expect(line.out('s2c')).toMatch(
    /HTTP\/1.1 401 [^]*WWW-Authenticate: Bearer error="invalid_token", resource_metadata=/,
  )
  ask(12, 'new')
  expect(line.out('c2s')).toContain(wire.call(12))
})

test('slow-tool lets progress pass and the answer come 90 s late', () => {
  const table = stage('slow-tool')
  const line = table.open()
  line.push('c2s', call(1))
  const progress = wire.json({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } })
  line.push('s2c', wire.stream + wire.event(progress) + wire.event(wire.result(1)) + wire.last)
  table.seconds(89)
  expect(line.out('s2c')).toBe(wire.stream + wire.event(progress))
  table.seconds(1)
  expect(line.out('s2c')).toBe(wire.stream + wire.event(progress) + wire.event(wire.result(1)) + wire.last)
})

test('overload answers some calls 503 and those beyond twenty in ten seconds 429, with Retry-After', () => {
  const table = stage('overload')
  const line = table.open()
  const asked = (id: number): string => {
    const before = line.out('s2c').length
    line.push('c2s', call(id))
    const answer = line.out('s2c').slice(before)
    if (answer === '') line.push('s2c', wire.ok(wire.result(id)))
    return /^HTTP\/1.1 (\d+)[^]*Retry-After: (\d+)/.exec(answer)?.slice(1, 3).join(' ') ?? '200'
  }
  const answers = Array.from({ length: 22 }, (_, at) => asked(at))
  expect([...new Set(answers)].toSorted()).toEqual(['200', '429 5', '503 5'])
  expect(answers.slice(20)).toEqual(['429 5', '429 5'])
  table.seconds(10)
  expect(asked(30)).not.toBe('429 5')
})

test('replica-without-stickiness knows the session every other time', () => {
  const line = stage('replica-without-stickiness').open()
  for (let id = 1; id <= 4; id++) {
    line.push('c2s', call(id))
    if (id % 2 === 1) line.push('s2c', wire.ok(wire.result(id)))
  }
  expect(line.out('s2c').match(/HTTP\/1.1 \d+/g)).toEqual(
    ['200', '404', '200', '404'].map((code) => `HTTP/1.1 ${code}`),
  )
  expect(line.out('s2c')).toContain('Session not found')
})

test('parser-torture begins a stream with a byte order mark, ends lines with CR, and delivers bytes one by one', () => {
  const table = stage('parser-torture')
  table.clock.advance(1)
  const line = streaming(table)
  line.push('s2c', wire.event('a') + wire.event('b') + wire.last)
  table.seconds(10)
  const sent = line.log.filter((text) => text.startsWith('s2c ')).map((text) => text.slice(4, text.lastIndexOf('@')))
  expect(sent.every((bytes) => bytes.length === 1)).toBe(true)
  expect(line.out('s2c')).toBe(`${wire.stream}c\r\n\xef\xbb\xbfdata: a\r\r\r\n9\r\ndata: b\r\r\r\n${wire.last}`)
})

describe('what a persona says', () => {
  const late = {
    name: 'late',
    title: 'Late',
    imitates: 'A network.',
    facts: [{ fact: 'It is late.', basis: 'measured', source: 'a clock', when: '2026-11-22' }],
    symptom: 'It is late.',
    remedy: 'Wait.',
    rules: [
      { id: 'all', fault: 'latency', delay: '1m' },
      { fault: 'drop', match: 'method:ping' },
    ],
  }

  test('becomes rules with its name before theirs, and their sentences', () => {
    const persona = parsePersona(late)
    expect(persona.rules.map(({ id }) => id)).toEqual(['late/all', 'late/drop'])
    expect(personaRules(persona, { faster: 60 })).toEqual([
      { id: 'late/all', fault: 'latency', delay: '1s' },
      { id: 'late/drop', fault: 'drop', match: 'method:ping' },
    ])
    expect(personaSentences(persona)).toEqual(['delays all traffic by 1 min', 'drops ping messages'])
    expect(persona.notImitated).toEqual([])
  })

  test.each([
    [{ ...late, name: 'Too Late' }, 'name: must be a name in kebab-case'],
    [{ ...late, facts: [] }, 'facts: must have at least one fact'],
    [{ ...late, facts: [{ ...late.facts[0], when: 'lately' }] }, 'facts.0.when: must be a year'],
    [{ ...late, facts: [{ ...late.facts[0], basis: 'guessed' }] }, 'facts.0.basis'],
    [{ ...late, rules: [] }, 'rules: must have at least one rule'],
    [{ ...late, rules: [{ fault: 'latency', delay: 5 }] }, 'rules.0.delay: 5 has no unit'],
    [{ ...late, cure: 'None.' }, 'cure'],
    ['late', 'must be an object with name, title,'],
  ])('is refused with the place: %#', (source, problem) => {
    expect(() => parsePersona(source)).toThrow(problem)
  })
})
