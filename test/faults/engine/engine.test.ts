import { describe, expect, test } from 'vitest'
import { engineTable, wire } from '../../support/engine.ts'

const late = { fault: 'latency', delay: '200ms' } as const
const STDIO = { transport: 'stdio' } as const

describe('without rules', () => {
  test('a connection has no stage', () => {
    const table = engineTable()
    const line = table.open()
    expect(line.connection.c2s.waiting).toBe(false)
    line.push('c2s', 'abc')
    expect(line.log).toEqual(['c2s abc@0'])
  })

  test('that could touch it, either', () => {
    const table = engineTable()
    table.rules({ ...late, match: 'server:other' }, { fault: 'gone', match: 'transport:http' })
    const line = table.open(STDIO)
    expect([line.connection.c2s.waiting, line.connection.s2c.waiting]).toEqual([false, false])
  })
})

describe('a rule about connections', () => {
  test('acts on all bytes in its directions, and is decided once for each', () => {
    const table = engineTable()
    table.rules({ ...late, match: 'dir:s2c' })
    const line = table.open()
    line.push('c2s', 'a')
    line.push('s2c', 'b')
    table.clock.advance(200)
    line.push('s2c', 'c')
    line.end('s2c')
    table.clock.advance(200)
    expect(line.log).toEqual(['c2s a@0', 's2c b@200', 's2c c@400', 'end s2c fin@400'])
    expect(table.decided()).toEqual(['latency connection 1: latency'])
    expect(table.edits).toEqual([])
    table.open()
    expect(table.decided()).toEqual(['latency connection 1: latency', 'latency connection 2: latency'])
  })

  test('acts on connections that are open already, at once', () => {
    const table = engineTable()
    const line = table.open()
    line.push('s2c', 'a')
    table.rules({ fault: 'snap', per: 'connection' })
    expect(line.log).toEqual(['s2c a@0', 'cut rst both snap@0'])
  })

  test('leaves those alone that are older than it, when told to', () => {
    const table = engineTable()
    const old = table.open()
    table.clock.advance(1)
    table.rules({ ...late, 'new-connections-only': true })
    table.clock.advance(1)
    const young = table.open()
    old.push('s2c', 'a')
    young.push('s2c', 'b')
    expect([old.log, young.log]).toEqual([['s2c a@2'], []])
  })

  test('gives back what it holds in order when it goes, and nothing is held after', () => {
    const table = engineTable()
    table.rules(late)
    const line = table.open()
    line.push('s2c', 'a')
    line.push('s2c', 'b')
    table.clock.advance(50)
    table.rules()
    line.push('s2c', 'c')
    expect(line.log).toEqual(['s2c a@50', 's2c b@50', 's2c c@50'])
    expect(table.decided()).toContain('- latency connection 1: healed')
    expect(line.connection.s2c.waiting).toBe(false)
  })

  test('waits for its window, also where nothing moves', () => {
    const table = engineTable()
    table.rules({ fault: 'snap', per: 'connection', window: '10s..40s' })
    const line = table.open()
    table.clock.advance(9_999)
    line.push('s2c', 'a')
    expect(line.log).toEqual(['s2c a@9999'])
    table.clock.advance(1)
    expect(line.log).toEqual(['s2c a@9999', 'cut rst both snap@10000'])
    table.clock.advance(31_000)
    const after = table.open()
    after.push('s2c', 'b')
    expect(after.log).toEqual(['s2c b@41000'])
  })

  test('begins when so many bytes, or so much time, have gone by', () => {
    const table = engineTable()
    table.rules(
      { id: 'bytes', fault: 'snap', per: 'connection', after: '4b' },
      { id: 'time', fault: 'snap', per: 'connection', after: '5s' },
    )
    const line = table.open()
    line.push('c2s', 'xxxxxxxx')
    line.push('s2c', 'ab')
    line.push('s2c', 'cd')
    expect(line.log.slice(1)).toEqual(['s2c ab@0', 's2c cd@0', 'cut rst both bytes@0'])
    table.clock.advance(5000)
    expect(line.log.at(-1)).toBe('cut rst both time@5000')
  })

  test('expires, and says so', () => {
    const table = engineTable()
    table.rules({ ...late, for: '30s' })
    const line = table.open()
    table.clock.advance(30_000)
    line.push('s2c', 'a')
    expect(line.log).toEqual(['s2c a@30000'])
    expect(table.notices).toEqual(['Rule latency has expired.'])
    expect(table.engine.counters()).toMatchObject([{ id: 'latency', state: 'expired' }])
  })
})

describe('a rule about messages', () => {
  test('drops only the one it matches', () => {
    const table = engineTable()
    table.rules({ fault: 'drop', match: 'tool:search dir:c2s' })
    const line = table.open(STDIO)
    for (const [id, tool] of ['echo', 'search', 'echo'].entries()) line.push('c2s', wire.line(wire.call(id, tool)))
    expect(line.out('c2s')).toBe(wire.line(wire.call(0)) + wire.line(wire.call(2)))
    expect(table.decided()).toEqual(['drop message c2s tools/call search 1: drop'])
    const dropped = wire.line(wire.call(1, 'search')).length
    expect(table.decisions).toMatchObject([
      { offset: wire.line(wire.call(0)).length, length: dropped, direction: 'c2s' },
    ])
    expect(table.edits).toEqual([`edit c2s ${wire.line(wire.call(0)).length} -${dropped} + drop`])
  })

  test('acts on answers by the call they answer, over HTTP too', () => {
    const table = engineTable()
    table.rules({ ...late, match: 'method:tools/call dir:s2c' })
    const line = table.open()
    line.push('c2s', wire.post(wire.json({ id: 1, method: 'tools/list' })))
    line.push('s2c', wire.ok(wire.result(1)))
    line.push('c2s', wire.post(wire.call(2)))
    line.push('s2c', wire.ok(wire.result(2)))
    expect(line.out('s2c')).toBe(wire.ok(wire.result(1)))
    table.clock.advance(200)
    expect(line.out('s2c')).toBe(wire.ok(wire.result(1)) + wire.ok(wire.result(2)))
    expect(table.decided()).toEqual(['latency message s2c tools/call echo 1: wait 200 ms'])
    expect(table.decisions[0]?.heldUs).toBe(200_000)
  })

  test('answers in the place of the server', () => {
    const table = engineTable()
    table.rules({ fault: 'gone', match: 'method:tools/call' })
    const line = table.open()
    line.push('c2s', wire.post(wire.call(1)))
    expect(line.out('c2s')).toBe('')
    expect(line.out('s2c')).toMatch(/^HTTP\/1\.1 404 /)
    expect(table.decided()[0]).toMatch(/^gone message c2s tools\/call echo 1: reply \d+ bytes$/)
  })

  test.each([
    [{ skip: 2 }, 'cde'],
    [{ nth: 2 }, 'b'],
    [{ every: 2 }, 'bd'],
    [{ skip: 1, every: 2 }, 'ce'],
    [{ times: 2 }, 'ab'],
    [{ skip: 1, times: 1 }, 'b'],
    [{ span: 2, times: 1 }, 'ab'],
    [{ span: 2, nth: 2 }, 'bc'],
  ])('takes those its counts say: %j', (counts, gone) => {
    const table = engineTable()
    table.rules({ fault: 'drop', match: 'kind:line', ...counts })
    const line = table.open(STDIO)
    for (const letter of 'abcde') line.push('s2c', wire.line(letter))
    expect(line.out('s2c')).toBe(
      Array.from('abcde')
        .filter((letter) => !gone.includes(letter))
        .map(wire.line)
        .join(''),
    )
  })

  test('is taken off once it can do no more', () => {
    const table = engineTable()
    table.rules({ fault: 'drop', times: 1 })
    const line = table.open(STDIO)
    line.push('s2c', 'a\n')
    expect(line.connection.s2c.waiting).toBe(true)
    table.clock.advance(0)
    expect(line.connection.s2c.waiting).toBe(false)
    expect(table.engine.counters()).toMatchObject([{ state: 'retired', matched: 1, fired: 1, active: 0 }])
  })

  test('is decided once for a wider scope', () => {
    const table = engineTable({ seed: 5 })
    table.rules({ fault: 'drop', match: 'method:ping', per: 'connection', probability: 0.5 })
    const got = Array.from({ length: 12 }, () => {
      const line = table.open(STDIO)
      for (const id of [1, 2, 3]) line.push('c2s', wire.line(wire.json({ id, method: 'ping' })))
      line.push('c2s', 'x\n')
      return line.out('c2s').split('\n').length - 2
    })
    expect(new Set(got)).toEqual(new Set([0, 3]))
    expect(table.decisions).toHaveLength(12)
  })
})

describe('a rule about streams', () => {
  const answer = (line: { push(direction: 's2c', text: string): void }, id: number): void => {
    line.push('s2c', wire.stream)
    for (const text of ['1', '2', '3'])
      line.push('s2c', wire.event(wire.json({ method: 'notifications/message', params: text })))
    line.push('s2c', wire.event(wire.result(id)))
    line.push('s2c', wire.last)
  }

  test('is anchored at the call, and ends its stream after two events', () => {
    const table = engineTable()
    table.rules({ fault: 'snap', match: 'method:tools/call', after: '2 events' })
    const line = table.open()
    line.push('c2s', wire.post(wire.json({ id: 1, method: 'tools/list' })))
    answer(line, 1)
    expect(line.log.filter((said) => said.startsWith('cut'))).toEqual([])
    line.push('c2s', wire.post(wire.call(2)))
    answer(line, 2)
    const cut = line.log.findIndex((said) => said.startsWith('cut'))
    const before = line.log.slice(0, cut).filter((said) => said.startsWith('s2c') && said.includes('notifications'))
    expect(before).toHaveLength(5)
    expect(table.decided()).toEqual(['snap stream 1: cut rst'])
  })

  test('is told by the answer where it asks for that, and still by its call', () => {
    const table = engineTable()
    table.rules({ fault: 'snap', match: 'method:tools/call stream:post', after: '1 events' })
    const line = table.open()
    line.push('c2s', wire.post(wire.call(1)))
    line.push('s2c', wire.ok(wire.result(1)))
    line.push('c2s', wire.post(wire.call(2)))
    answer(line, 2)
    expect(table.decided()).toEqual(['snap stream 1: cut rst'])
    expect(line.log.filter((said) => said.startsWith('cut'))).toHaveLength(1)
  })

  test('counts what a filter matches, in either direction', async () => {
    const table = engineTable()
    table.rules({ fault: 'snap', per: 'connection', after: '2 of method:tools/call kind:request' })
    const line = table.open()
    for (const id of [1, 2]) {
      line.push('c2s', wire.post(wire.call(id)))
      await Promise.resolve()
      line.push('s2c', wire.ok(wire.result(id)))
    }
    expect(line.log.map((said) => said.slice(0, 12))).toEqual([
      'c2s POST /mc',
      's2c HTTP/1.1',
      'c2s POST /mc',
      'cut rst both',
      's2c HTTP/1.1',
    ])
  })
})
