import { expect, test } from 'vitest'
import { createStreamMemory } from '../../src/faults/stream-memory.ts'

test('gives ids to events without one, and keeps those that have one', () => {
  const memory = createStreamMemory()
  expect(memory.add('a', 'post', 'data: 1\n\n')).toEqual({ id: 'mitmcp-1', given: true })
  expect(memory.add('a', 'post', 'id: x\ndata: 2\n\n')).toEqual({ id: 'x', given: false })
  expect([memory.isOurs('mitmcp-1'), memory.isOurs('x')]).toEqual([true, false])
})

test('what came behind an event is of its stream only', () => {
  const memory = createStreamMemory()
  memory.add('a', 'post', 'data: 1')
  memory.add('b', 'get', 'data: other')
  memory.add('a', 'post', 'data: 2')
  expect(memory.behind('mitmcp-1')).toEqual(['id: mitmcp-3\ndata: 2'])
  expect([memory.verbOf('mitmcp-1'), memory.verbOf('mitmcp-2'), memory.verbOf('none')]).toEqual(['post', 'get', null])
  expect(memory.behind('none')).toEqual([])
  expect(memory.foreignTo('mitmcp-1')).toBe('mitmcp-2')
})

test('a resumed stream goes on with the old one', () => {
  const memory = createStreamMemory()
  memory.add('a', 'post', 'data: 1')
  memory.goOn('b', 'mitmcp-1')
  memory.add('b', 'get', 'data: 2')
  expect(memory.upTo('mitmcp-2', 5)).toHaveLength(2)
  expect(memory.upTo('mitmcp-2', 1)).toEqual(['id: mitmcp-2\ndata: 2'])
  expect(memory.verbOf('mitmcp-2')).toBe('post')
  expect(memory.foreignTo('mitmcp-2')).toBeNull()
})

test('forgets the oldest', () => {
  const memory = createStreamMemory()
  for (let at = 0; at <= 1000; at++) {
    memory.add('a', 'post', 'data: x')
    memory.goOn(`resumed ${at}`, `mitmcp-${at + 1}`)
  }
  expect([memory.verbOf('mitmcp-1'), memory.verbOf('mitmcp-2')]).toEqual([null, 'post'])
})
