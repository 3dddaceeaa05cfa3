import { describe, expect, test } from 'vitest'
import { readFaultHeader } from '../../../src/faults/engine/header.ts'
import { engineTable, wire } from '../../support/engine.ts'

const asking = (fault: string, id = 1): string => wire.post(wire.call(id), `X-Mitmcp-Fault: ${fault}\r\n`)
const plain = (id = 1): string => wire.post(wire.call(id))

test.each([
  ['drop', { fault: 'drop' }],
  ['latency; delay=200ms; jitter = 5ms', { fault: 'latency', delay: '200ms', jitter: '5ms' }],
  ['status; code=404; body="a; b"; sync', { fault: 'status', code: 404, body: 'a; b', sync: true }],
  ['drop; probability=0.5; enabled=false', { fault: 'drop', probability: 0.5, enabled: false }],
])('a header %j is a rule', (text, source) => expect(readFaultHeader(text)).toEqual(source))

describe('a request that brings a rule along', () => {
  test('meets it alone, and the server does not see the header', () => {
    const table = engineTable({ headers: true })
    const line = table.open()
    line.push('c2s', asking('latency; delay=200ms; match=dir:s2c'))
    line.push('s2c', wire.ok(wire.result(1)))
    expect(line.out('c2s')).toBe(plain())
    expect(line.out('s2c')).toBe('')
    table.clock.advance(200)
    line.push('c2s', plain(2))
    line.push('s2c', wire.ok(wire.result(2)))
    expect(line.log.at(-1)).toBe(`s2c ${wire.ok(wire.result(2))}@200`)
    expect(table.decided()).toEqual(['fault-header stream 1: latency'])
  })

  test('is recorded as it came but for the one line', () => {
    const table = engineTable({ headers: true })
    const line = table.open()
    const first = asking('latency; delay=200ms; match=dir:s2c')
    line.push('c2s', first + asking('later; match=dir:s2c', 2))
    const field = (text: string, before: number) => {
      const at = text.indexOf('X-Mitmcp-Fault')
      return `edit c2s ${before + at} -${text.indexOf('\r\n', at) + 2 - at} + fault-header`
    }
    expect(table.edits).toEqual([field(first, 0), field(asking('later; match=dir:s2c', 2), first.length)])
    expect(line.out('c2s')).toBe(plain() + plain(2))
  })

  test('is answered in the place of the server', () => {
    const table = engineTable({ headers: true })
    const line = table.open()
    line.push('c2s', asking('gone; code=410'))
    line.push('c2s', plain(2))
    expect(line.out('c2s')).toBe(plain(2))
    expect(line.out('s2c')).toMatch(/^HTTP\/1\.1 410 /)
  })

  test('comes before the rules there are', () => {
    const table = engineTable({ headers: true })
    table.rules({ fault: 'drop', match: 'method:tools/call' })
    const line = table.open()
    line.push('c2s', asking('gone'))
    expect(table.decided()[0]).toMatch(/^fault-header message c2s tools\/call echo 1: reply/)
    expect(table.decided()).toHaveLength(1)
  })

  test('that is no rule is answered by us with what is wrong, and the server hears nothing of it', () => {
    const table = engineTable({ headers: true })
    const line = table.open()
    line.push('c2s', asking('latenc; delay=1s'))
    line.push('c2s', asking('latenc; delay=1s', 2))
    line.push('c2s', plain(3))
    expect(line.out('c2s')).toBe(plain(3))
    const [first = '', second] = line.out('s2c').split(/(?<=proxy, not from the server\.\n)/)
    expect(first).toMatch(/^HTTP\/1\.1 502 [^]*x-mitmcp-error: RULE_INVALID\r\n/i)
    expect(first).toContain('there is no fault latenc')
    expect(first).toContain('did you mean latency?')
    expect(second).toBe(first)
    expect(first).toContain('The request was not sent on. All faults: mitmcp fault types')
    expect(table.notices).toEqual([
      expect.stringMatching(/^A request with a fault header was refused\. .*did you mean latency/),
    ])
  })

  test('that is wrong about its fault is told where it stands what that takes', () => {
    const table = engineTable({ headers: true })
    const line = table.open()
    line.push('c2s', asking('latency'))
    expect(line.out('s2c')).toContain('The request was not sent on. What it takes: mitmcp fault explain latency')
  })

  test('does nothing where that is not allowed: the header is the client’s own', () => {
    const table = engineTable()
    table.rules({ fault: 'latency', delay: '1s', match: 'method:none' })
    const line = table.open()
    line.push('c2s', asking('gone'))
    expect(line.out('c2s')).toBe(asking('gone'))
  })
})
