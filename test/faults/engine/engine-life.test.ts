import { describe, expect, test } from 'vitest'
import { activeRules, engineTable, wire } from '../../support/engine.ts'

const STDIO = { transport: 'stdio' } as const
const late = { fault: 'latency', delay: '200ms' } as const

describe('rules that come and go', () => {
  test('keep their counters and what they have begun where id and source stay the same', () => {
    const table = engineTable()
    table.rules({ ...late, times: 1 })
    const line = table.open()
    line.push('s2c', 'a')
    table.rules({ id: 'other', fault: 'drop', match: 'tool:x' }, { ...late, times: 1 })
    line.push('s2c', 'b')
    expect(line.log).toEqual([])
    expect(table.engine.counters()).toMatchObject([
      { id: 'other', fired: 0 },
      { id: 'latency', fired: 1, active: 1, state: 'retired' },
    ])
    table.clock.advance(200)
    expect(line.out('s2c')).toBe('ab')
  })

  test('that have fired for the last time let nothing go early', () => {
    const table = engineTable()
    table.rules({ ...late, per: 'message', match: 'tool:echo', times: 2 })
    const line = table.open(STDIO)
    line.push('c2s', wire.line(wire.call(1)))
    table.clock.advance(150)
    line.push('c2s', wire.line(wire.call(2)))
    table.clock.advance(49)
    expect(line.out('c2s')).toBe('')
    expect(table.engine.counters()).toMatchObject([{ fired: 1, active: 1 }])
    table.clock.advance(1)
    expect(line.out('c2s')).toBe(wire.line(wire.call(1)))
    table.clock.advance(149)
    expect(table.engine.counters()).toMatchObject([{ state: 'retired', fired: 2 }])
    expect(line.out('c2s')).toBe(wire.line(wire.call(1)))
    table.clock.advance(1)
    expect(line.out('c2s')).toContain(wire.line(wire.call(2)))
    table.clock.advance(20)
    expect(table.engine.counters()).toMatchObject([{ active: 0 }])
    expect(line.connection.c2s.waiting).toBe(false)
  })

  test('begin anew where the source changed', () => {
    const table = engineTable()
    table.rules({ ...late, times: 1 })
    table.open()
    table.rules({ ...late, delay: '300ms', times: 1 })
    expect(table.engine.counters()).toMatchObject([{ state: 'retired', fired: 1 }])
    expect(table.decisions.map(({ action }) => action)).toEqual(['latency', 'healed', 'latency'])
  })

  test('are put in order by where they come from', () => {
    const table = engineTable()
    const drop = { fault: 'drop', match: 'kind:line' }
    table.engine.setRules([
      ...activeRules([{ id: 'file', ...drop }], 'file'),
      ...activeRules([{ id: 'control', ...drop }], 'control'),
      ...activeRules([{ id: 'header', ...drop }], 'header'),
    ])
    table.open(STDIO).push('s2c', 'a\n')
    expect(table.decided()).toEqual(['header message s2c invalid 1: drop'])
  })

  test('do nothing while they are disabled', () => {
    const table = engineTable()
    table.rules({ fault: 'drop', enabled: false })
    const line = table.open(STDIO)
    line.push('s2c', 'a\n')
    expect(line.out('s2c')).toBe('a\n')
    expect(table.engine.counters()).toMatchObject([{ state: 'disabled' }])
  })

  test('that cannot be read stay off, and that is said', () => {
    const table = engineTable()
    table.rules({ fault: 'no-such' })
    expect(table.notices).toEqual([
      expect.stringContaining('Rule no-such stays off. The rule is not valid: fault: there is no fault no-such'),
    ])
  })

  test('that never fired are named with their sentence', () => {
    const table = engineTable()
    table.rules(late, { fault: 'drop', match: 'tool:x' })
    table.open().push('c2s', 'a')
    expect(table.engine.neverFired()).toEqual([{ id: 'drop', sentence: 'drops messages for tool x' }])
  })
})

describe('healing', () => {
  test('sends on what was put by, in order, before what comes then', () => {
    const table = engineTable()
    table.rules({ fault: 'keep' })
    const line = table.open(STDIO)
    for (const letter of 'abc') line.push('s2c', wire.line(letter))
    expect(line.out('s2c')).toBe('')
    expect(table.engine.counters()).toMatchObject([{ active: 1 }])
    table.engine.heal()
    line.push('s2c', 'd\n')
    expect(line.out('s2c')).toBe('a\nb\nc\nd\n')
    expect(table.engine.counters()).toMatchObject([{ state: 'disabled', active: 0 }])
  })

  test('is not undone by the same rules, but by enabling one anew', () => {
    const table = engineTable()
    table.rules({ fault: 'drop' })
    table.engine.heal(['drop'])
    table.rules({ fault: 'drop' })
    const line = table.open(STDIO)
    line.push('s2c', 'a\n')
    table.engine.setRules(activeRules([{ fault: 'drop' }]).map((rule) => ({ ...rule, revision: 2 })))
    line.push('s2c', 'b\n')
    expect(line.out('s2c')).toBe('a\n')
  })

  test('resets what a rule has eaten from, and only that', () => {
    const table = engineTable()
    table.rules({ fault: 'eat', match: 'server:a' })
    const eaten = table.open({ server: 'a' })
    const other = table.open({ server: 'b' })
    eaten.push('s2c', 'x')
    table.rules()
    expect(eaten.log).toEqual(['cut rst both eat@0'])
    expect(other.log).toEqual([])
    expect(table.decisions.at(-1)?.action).toBe('healed: reset, for what was eaten cannot come back')
  })

  test('cancels what was to come', () => {
    const table = engineTable()
    table.rules({ fault: 'later' })
    const line = table.open()
    table.engine.heal()
    table.clock.advance(100)
    expect(line.log).toEqual([])
  })
})

describe('a fault with a bug', () => {
  test('switches its rule off, passes the traffic, and says so', () => {
    const table = engineTable()
    table.rules({ fault: 'wrong' }, { ...late, match: 'dir:c2s' })
    const line = table.open()
    line.push('s2c', 'a')
    line.push('s2c', 'b')
    expect(line.out('s2c')).toBe('ab')
    table.clock.advance(0)
    expect(line.connection.s2c.waiting).toBe(false)
    expect(table.decided()).toContain('wrong connection 1: bug: oh no')
    expect(table.notices).toEqual([
      'Rule wrong is off: its fault wrong failed (oh no). The traffic goes on. Please report this.',
    ])
    expect(table.engine.counters()).toMatchObject([{ state: 'bug', bug: 'oh no' }, { state: 'on' }])
  })
})

describe('an instance', () => {
  test('is woken when it asked to be, and may write elsewhere', () => {
    const table = engineTable()
    table.rules({ fault: 'later' })
    const line = table.open()
    table.clock.advance(49)
    expect(line.log).toEqual([])
    table.clock.advance(1)
    expect(line.log).toEqual(['insert c2s over there later@50', 'c2s over there@50', 's2c first@50'])
  })

  test('of a message lasts while it holds the message, and no longer', () => {
    const table = engineTable()
    table.rules({ fault: 'briefly' })
    const line = table.open(STDIO)
    line.push('s2c', 'a\n')
    expect(table.engine.counters()).toMatchObject([{ active: 1 }])
    table.clock.advance(20)
    expect(line.log).toEqual(['s2c a\n@20'])
    expect(table.engine.counters()).toMatchObject([{ active: 0, fired: 1 }])
  })

  test('goes with its connection', () => {
    const table = engineTable()
    table.rules({ fault: 'later' })
    const line = table.open()
    expect(table.engine.counters()).toMatchObject([{ active: 1 }])
    line.close()
    expect(table.engine.counters()).toMatchObject([{ active: 0 }])
    table.clock.advance(100)
    expect(line.log).toEqual([])
  })

  test('counts against the limit while it lasts', () => {
    const table = engineTable()
    table.rules({ ...late, limit: 1 })
    const first = table.open()
    const second = table.open()
    second.push('s2c', 'b')
    first.close()
    const third = table.open()
    third.push('s2c', 'c')
    expect([second.log, third.log]).toEqual([['s2c b@0'], []])
    expect(table.decided()).toEqual([
      'latency connection 1: latency',
      '- latency connection 2: limit 1',
      'latency connection 3: latency',
    ])
  })
})

describe('sessions', () => {
  const request = (session: string, id: number, method = 'tools/call'): string =>
    wire.post(wire.json({ id, method }), `Mcp-Session-Id: ${session}\r\n`)

  test('are met once each, on whatever connection', () => {
    const table = engineTable()
    table.rules({ fault: 'gone', per: 'session', nth: 2 })
    const [one, two] = [table.open(), table.open()]
    one.push('c2s', request('a', 1))
    one.push('c2s', request('b', 2))
    two.push('c2s', request('b', 3))
    two.push('c2s', request('a', 4))
    expect([one.out('c2s'), two.out('c2s')]).toEqual([request('a', 1), request('a', 4)])
    expect(table.decided().filter((said) => !said.startsWith('-'))[0]).toMatch(/^gone session 2: reply/)
  })

  test('that share a connection with the one a rule names are told of', () => {
    const table = engineTable()
    table.rules({ fault: 'snap', per: 'connection', match: 'session:a', after: '2 of kind:request' })
    const line = table.open()
    line.push('c2s', request('a', 1))
    line.push('c2s', request('b', 2))
    return Promise.resolve().then(() =>
      expect(table.decided()).toEqual(['snap connection 1: cut rst, on a connection of sessions a, b']),
    )
  })

  test('have a state that rules ask for and set', () => {
    const table = engineTable()
    table.rules(
      {
        id: 'breaks',
        fault: 'drop',
        match: 'method:tools/list dir:c2s',
        state: { requires: 'started', sets: 'broken' },
      },
      { id: 'broken', fault: 'drop', match: 'method:tools/call dir:c2s', state: { requires: 'broken' } },
    )
    const line = table.open()
    line.push('c2s', request('a', 1))
    line.push('c2s', request('a', 2, 'tools/list'))
    line.push('c2s', request('a', 3))
    line.push('c2s', request('b', 4))
    line.push('c2s', request('a', 5, 'tools/list'))
    expect(line.out('c2s')).toBe(request('a', 1) + request('b', 4) + request('a', 5, 'tools/list'))
  })

  test('after the first have their number in the key of a message', () => {
    const table = engineTable()
    table.rules({ fault: 'drop', match: 'method:tools/call dir:c2s' })
    const line = table.open()
    for (const session of ['a', 'b', 'a']) line.push('c2s', request(session, 1))
    expect(table.decisions.map(({ scope }) => scope)).toEqual([
      'message c2s tools/call 1',
      'message c2s tools/call 1 session 2',
      'message c2s tools/call 2',
    ])
  })
})
