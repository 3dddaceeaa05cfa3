import { expect, test } from 'vitest'
import { firstMethod } from '../../src/wire/first-method.ts'

const told = (text: string): string | null => firstMethod(Buffer.from(text))

test('the method is told as soon as it is there', () => {
  const text = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"method":"x","a":["'
  expect(told(text)).toBe('tools/call')
  expect(told(text.slice(0, text.indexOf('/call') + 6))).toBe('tools/call')
  expect(told(' {"method" : "a\\u0062"')).toBe('ab')
})

test('it is not told where it has not come, stands elsewhere, or is of several', () => {
  for (const text of [
    '{"params":{"method":"x","a":"',
    '{"method":"tools/ca',
    '{"method":7,"a":',
    '[{"method":"a"}',
    '{"result":{"method":"a"}',
    'method',
    '',
  ])
    expect(told(text)).toBe(null)
})
