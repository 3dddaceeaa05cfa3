import { describe, expect, test } from 'vitest'
import { faults } from '../../src/faults/index.ts'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { type EngineLine, engineTable, wire } from '../support/engine.ts'
import type { ConnectionInfo } from '../../src/pipe/tap.ts'

const add = (path: string, value: unknown, on = 'params'): RuleSource => ({
  id: `add${path.slice(1)}`,
  fault: 'mutate',
  match: 'method:tools/call',
  on,
  patch: [{ op: 'add', path, value }],
})

function lineWith(rules: readonly RuleSource[], info: Partial<ConnectionInfo> = {}): EngineLine {
  const table = engineTable({ among: faults })
  table.rules(...rules)
  return table.open(info)
}

describe('what one rule has changed the next one changes further', () => {
  const both = [add('/x', 1), add('/y', 2)]

  test('in the body of a request, whose length follows', () => {
    const line = lineWith(both)
    line.push('c2s', wire.post(wire.call(1)))
    const [head = '', body = ''] = line.out('c2s').split('\r\n\r\n')
    expect(JSON.parse(body)).toMatchObject({ params: { name: 'echo', x: 1, y: 2 } })
    expect(head).toContain(`Content-Length: ${body.length}`)
  })

  test('in its head and its body', () => {
    const set = (name: string): RuleSource => ({ id: name, fault: 'headers', on: 'request', set: { [name]: 'yes' } })
    const line = lineWith([set('X-One'), add('/x', 1), set('X-Two'), add('/y', 2)])
    line.push('c2s', wire.post(wire.call(1)))
    const [head = '', body = ''] = line.out('c2s').split('\r\n\r\n')
    expect(JSON.parse(body)).toMatchObject({ params: { x: 1, y: 2 } })
    expect(head).toMatch(/X-One: yes\r\nX-Two: yes/)
    expect(head).toContain(`Content-Length: ${body.length}`)
    line.push('c2s', wire.post(wire.call(2)))
    expect(line.out('c2s').match(/X-Two/g)).toHaveLength(2)
  })

  test('in an event', () => {
    const line = lineWith([add('/x', 1, 'result'), add('/y', 2, 'result')])
    line.push('c2s', wire.post(wire.call(1)))
    line.push('s2c', wire.stream + wire.event(wire.result(1)) + wire.last)
    expect(line.out('s2c')).toBe(wire.stream + wire.event(wire.json({ id: 1, result: { x: 1, y: 2 } })) + wire.last)
  })

  test('in a line', () => {
    const line = lineWith(both, { transport: 'stdio' })
    line.push('c2s', wire.line(wire.call(1)))
    expect(JSON.parse(line.out('c2s'))).toMatchObject({ params: { x: 1, y: 2 } })
  })

  test('in a message of a WebSocket', () => {
    const line = lineWith([add('/x', 1, 'result'), add('/y', 2, 'result')])
    line.push(
      'c2s',
      'GET /mcp HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    line.push('s2c', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const call = wire.call(1)
    line.push('c2s', String.fromCharCode(0x81, 0x80 + call.length, 0, 0, 0, 0) + call)
    const answer = wire.result(1)
    line.push('s2c', String.fromCharCode(0x81, answer.length) + answer)
    expect(line.out('s2c')).toContain(wire.json({ id: 1, result: { x: 1, y: 2 } }))
  })

  test('and a cut behind it is in the middle of what it is now', () => {
    const cut: RuleSource = { fault: 'cut', at: 'mid-event', match: 'method:tools/call dir:c2s' }
    const line = lineWith([add('/x', 'x'.repeat(1000)), cut])
    line.push('c2s', wire.post(wire.call(1)))
    const body = line.out('c2s').split('\r\n\r\n')[1] ?? ''
    expect(body.length).toBeGreaterThan(500)
    expect(body.length).toBeLessThan(600)
  })
})

test('which rules a unit concerns is told by what was received', () => {
  const rename: RuleSource = { ...add('/name', 'other'), id: 'rename' }
  const line = lineWith([rename, { ...add('/x', 1), match: 'tool:echo' }])
  line.push('c2s', wire.post(wire.call(1)))
  expect(JSON.parse(line.out('c2s').split('\r\n\r\n')[1] ?? '')).toMatchObject({ params: { name: 'other', x: 1 } })
})
