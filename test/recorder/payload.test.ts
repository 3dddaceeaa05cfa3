import { expect, test } from 'vitest'
import { MAX_PAYLOAD_BYTES, Payload } from '../../src/recorder/payload.ts'

const text = (payload: Payload): string | null => {
  const whole = payload.whole()
  return whole === null ? null : Buffer.from(whole).toString()
}

test('what lies within one chunk is handed over without a copy', () => {
  const payload = new Payload()
  const bytes = Buffer.from('abc')
  payload.add(bytes)
  expect(payload.whole()).toBe(bytes)
})

test('what came in earlier chunks is kept, though these are used again', () => {
  const payload = new Payload()
  const chunk = Buffer.from('abc')
  payload.add(chunk)
  payload.keep()
  chunk.fill(0)
  payload.add(Buffer.from('de'))
  expect(text(payload)).toBe('abcde')
  expect(payload.size).toBe(5)
})

test('is empty after reset', () => {
  const payload = new Payload()
  payload.add(Buffer.from('abc'))
  payload.keep()
  payload.reset()
  expect(text(payload)).toBeNull()
  expect(payload.size).toBe(0)
})

test('beyond the bound nothing is handed over, but all is counted', () => {
  const payload = new Payload()
  const half = Buffer.alloc(MAX_PAYLOAD_BYTES / 2)
  for (let i = 0; i < 3; i++) payload.add(half)
  expect(payload.whole()).toBeNull()
  expect(payload.size).toBe(1.5 * MAX_PAYLOAD_BYTES)
})
