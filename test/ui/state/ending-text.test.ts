import { expect, test } from 'vitest'
import { closeWords } from '../../../src/wire/websocket-close.ts'
import { endingText } from '../../../ui/src/state/ending-text.ts'

test('an ending says how, by whom, where, and why', () => {
  expect(endingText(null)).toBe('open')
  expect(endingText({ how: 'fin', by: 'client' })).toBe('fin by client')
  expect(endingText({ how: 'rst', by: 'server', at: 'mid-event', detail: 'ECONNRESET' })).toBe(
    'rst by server at mid-event ECONNRESET',
  )
})

test('a close code is explained, in the words of the command line', () => {
  expect(endingText({ how: 'ws:1008', by: 'server', detail: 'no' })).toBe(
    'closed with 1008 (policy violation) by server no',
  )
  expect(endingText({ how: 'ws:4001', by: 'client' })).toBe('closed with 4001 by client')
  const codes = [1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3003, 3008]
  for (const code of codes) expect(endingText({ how: `ws:${code}`, by: 'client' })).toContain(`(${closeWords(code)})`)
})
