import { expect, test } from 'vitest'
import { heldOwner, heldTitle } from '../../../ui/src/state/held-text.ts'

test.each([
  ['{"method":"tools/call","params":{"name":"search"}}', 'tools/call', 'search'],
  ['{"method":"ping"}', 'ping', null],
  ['{"id":3,"result":{}}', 'result', 'id 3'],
  ['{"id":"a","error":{}}', 'error', 'id "a"'],
  ['[1]', 'message', null],
  ['{', 'message', null],
  [null, 'no message', null],
])('%s is shown as %s', (payload, main, subject) =>
  expect(heldTitle({ payload, kind: null, method: null, tool: null })).toEqual({ main, subject }),
)

test.each([
  ['response', 'answer to tools/call'],
  ['error', 'error to tools/call'],
] as const)('a held %s names what was asked', (kind, main) =>
  expect(heldTitle({ payload: '{"id":1}', kind, method: 'tools/call', tool: 'echo' })).toEqual({
    main,
    subject: 'echo',
  }),
)

test('whose it is is told as far as it is known', () => {
  expect(heldOwner({ client: 'editor 1.2', session: 'k3v9', server: 'shop' })).toBe('editor 1.2 · session k3v9 · shop')
  expect(heldOwner({ client: null, session: null, server: '' })).toBe('')
})
