import { expect, test } from 'vitest'
import { holdUntil } from '../../../src/faults/hold-until.ts'
import { engineTable, wire } from '../../support/engine.ts'

const note = wire.json({ method: 'notifications/message', params: {} })

test('what passes on one connection of a session lets go of what is held on another', () => {
  const table = engineTable({ among: [holdUntil] })
  table.rules({ fault: 'hold-until', match: 'dir:s2c kind:notification', until: 'method:ping' })
  const session = 'Mcp-Session-Id: one\r\n'
  const [first, second] = [table.open(), table.open()]
  first.push('c2s', `GET /mcp HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n${session}\r\n`)
  first.push('s2c', wire.stream + wire.event(note))
  expect(first.out('s2c')).toBe(wire.stream)
  second.push('c2s', wire.post(wire.json({ id: 1, method: 'ping' }), session))
  table.clock.advance(1)
  expect(first.out('s2c')).toBe(wire.stream + wire.event(note))
})
