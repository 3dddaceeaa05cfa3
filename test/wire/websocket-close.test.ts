import { expect, test } from 'vitest'
import { closeCodeOf, closeText, closeWords, isOrderlyClose, parseClose } from '../../src/wire/websocket-close.ts'

const close = (hex: string) => parseClose(Buffer.from(hex, 'hex'))

test('a close frame holds a code and a reason', () => {
  expect(close('03e8')).toEqual({ code: 1000, reason: '' })
  expect(close('03f1746f6f20626967')).toEqual({ code: 1009, reason: 'too big' })
  expect(close('0bb8e282ac')).toEqual({ code: 3000, reason: '€' })
})

test('one without a code is 1005, also one of a single byte', () => {
  expect(close('')).toEqual({ code: 1005, reason: '' })
  expect(close('03')).toEqual({ code: 1005, reason: '' })
})

test('a reason that is no UTF-8 does not hurt', () => {
  expect(close('03e8ff61')).toEqual({ code: 1000, reason: '�a' })
})

test('codes are explained in words', () => {
  expect(closeWords(1008)).toBe('policy violation')
  expect(closeWords(4001)).toBe("the application's own code")
  expect(closeWords(3500)).toBe("a library's or framework's code")
  expect(closeWords(999)).toBe('no valid close code')
  expect(closeText({ code: 1001, reason: 'restart' })).toBe('1001 going away: restart')
  expect(closeText({ code: 1005, reason: '' })).toBe('no code given')
})

test('an ending tells its code, if it has one', () => {
  expect(closeCodeOf('ws:1000')).toBe(1000)
  expect(closeCodeOf('fin')).toBeUndefined()
  expect([1000, 1001, 1005, 1006, 1011, 4000].filter(isOrderlyClose)).toEqual([1000, 1001, 1005])
})
