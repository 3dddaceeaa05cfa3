import { expect, test } from 'vitest'
import { actionWords, scopeWords } from '../../src/store/decision-words.ts'

test.each([
  ['drop', 'dropped'],
  ['wait 200 ms', 'delayed by 200 ms'],
  ['wait 10 ms, cut rst', 'reset'],
  ['write 5 bytes, cut fin', 'ended properly'],
  ['write 12 bytes, cut rst', '12 bytes put in, reset'],
  ['cut hang', 'left hanging'],
  ['cut fin client', 'closed towards the client'],
  ['reply 120 bytes', 'answered by the rule'],
  ['write 80 bytes to connection 4', '80 bytes put into connection 4'],
  ['end connection 4 rst', 'connection 4 reset'],
  ['hold until method:ping', 'held back'],
  ['signal SIGKILL', 'sent SIGKILL to the server'],
  ['mutate', 'mutate'],
  ['not applied: wait for a person', 'not applied: wait for a person'],
])('%j is said as %j', (action, said) => expect(actionWords(action)).toBe(said))

const ASKED = 'wait for a person, hold until breakpoint 156 s2c 325'
const held = { state: 'edited', at: 0, endedAt: 1_750_000, deadline: 60_000_000, answered: true } as const

test.each([
  [null, 'held at the breakpoint'],
  [{ ...held, state: 'held', endedAt: null }, 'waits at the breakpoint'],
  [held, 'held 1.75 s, then edited by hand'],
  [{ ...held, state: 'dropped', endedAt: 715 }, 'held 715 µs, then dropped by hand'],
  [{ ...held, state: 'sent', answered: false, endedAt: 60_000_000 }, 'held 60.0 s, then sent, for its time was over'],
  [{ ...held, state: 'client-left' }, 'held 1.75 s, then left by its client, so nobody got it'],
  [{ ...held, state: 'lost' }, 'held 1.75 s, then lost with its connection'],
  [{ ...held, state: 'sent', answered: false }, 'held 1.75 s, then sent'],
] as const)('of a message at a breakpoint with %j: %j', (row, said) => expect(actionWords(ASKED, row)).toBe(said))

test.each([
  ['message s2c tools/call echo 1', 'tools/call echo to the client, the 1st'],
  ['message c2s tools/call echo 22 session 3', 'tools/call echo to the server, the 22nd of session 3'],
  ['message s2c ping 11', 'ping to the client, the 11th'],
  ['session 3', 'session 3'],
])('scope %j is said as %j', (scope, said) => expect(scopeWords(scope)).toBe(said))
