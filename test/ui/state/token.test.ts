import { describe, expect, test } from 'vitest'
import { tokenFromHash, tokenFromPaste } from '../../../ui/src/state/token.ts'

describe('tokenFromHash', () => {
  test('takes the token and leaves the rest', () => {
    expect(tokenFromHash('#token=a1')).toEqual({ token: 'a1', rest: '' })
    expect(tokenFromHash('#token=a1&x=2')).toEqual({ token: 'a1', rest: '#x=2' })
  })
  test.each(['', '#', '#token=', '#other'])('finds none in %j', (hash) => expect(tokenFromHash(hash).token).toBeNull())
})

test.each([
  [' http://127.0.0.1:6273/#token=a1 ', 'a1'],
  ['a1', 'a1'],
  ['http://127.0.0.1:6273/', null],
  ['two words', null],
  ['', null],
])('of %j pasted it takes %j', (text, token) => expect(tokenFromPaste(text)).toBe(token))
