import { expect, test } from 'vitest'
import { heldTitle } from '../../../ui/src/state/held-text.ts'

test.each([
  ['{"method":"tools/call","params":{"name":"search"}}', 'tools/call', 'search'],
  ['{"method":"ping"}', 'ping', null],
  ['{"id":3,"result":{}}', 'result', 'id 3'],
  ['{"id":"a","error":{}}', 'error', 'id "a"'],
  ['[1]', 'message', null],
  ['{', 'message', null],
  [null, 'no message', null],
])('%s is shown as %s', (payload, main, subject) => expect(heldTitle(payload)).toEqual({ main, subject }))
