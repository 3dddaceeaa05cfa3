import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture } from '../support/capture-fixture.ts'

const withSessions = (...uids: string[]) => {
  const { path, add } = captureFixture()
  for (const uid of uids) add('session', { uid })
  return openReader(path)
}

test('a session is found by its id or the beginning of it; without one the newest', () => {
  const reader = withSessions('abcd2345', 'bcde2345', 'aaaa2345')
  expect(reader.session('abcd2345')?.uid).toBe('abcd2345')
  expect(reader.session('b')?.uid).toBe('bcde2345')
  expect(reader.session()?.uid).toBe('aaaa2345')
  expect(reader.session('x')).toBeUndefined()
  expect(withSessions().session()).toBeUndefined()
})

test('a beginning that several sessions have is refused and names them', () => {
  const reader = withSessions('abcd2345', 'abce2345')
  expect(() => reader.session('abc')).toThrow(/abcd2345, abce2345/)
})

test('an id that is also the beginning of another one is that session', () => {
  expect(withSessions('abcd', 'abcd2345').session('abcd')?.uid).toBe('abcd')
})

test('a query for a session that is not there says so', () => {
  const reader = withSessions('abcd2345')
  expect(() => reader.flows({ session: 'zzz' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  expect(() => reader.frames({ session: 'zzz' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  expect(() => reader.calls({ session: 'zzz' })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})
