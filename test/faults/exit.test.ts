import { expect, test } from 'vitest'
import { exit } from '../../src/faults/exit.ts'
import { parseRule } from '../../src/faults/rules/parse.ts'
import { explainRule } from '../../src/faults/rules/sentence.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

test('ends the process with a code, once for the connection, and lets all else pass', () => {
  const table = damageOf(exit, { code: 3 })
  expect(actionTexts(table.start())).toEqual(['exit 3'])
  expect(actionTexts(table.unit('{}'))).toEqual(['pass {}\n'])
  expect([actionTexts(table.tick('x')), actionTexts(table.end())]).toEqual([[], ['pass end']])
})

test('a message it fires for is lost with the process', () => {
  expect(actionTexts(damageOf(exit).unit('{}'))).toEqual(['exit 1'])
  expect(actionTexts(damageOf(exit, { signal: 'SIGTERM' }).unit('{}'))).toEqual(['signal SIGTERM'])
})

test('starts it again when asked', () => {
  expect(actionTexts(damageOf(exit, { restart: '2s' }).start())).toEqual(['signal SIGKILL', 'restart 2000'])
  expect(actionTexts(damageOf(exit, { signal: 'SIGINT', restart: '0ms' }).start())).toEqual([
    'signal SIGINT',
    'restart 0',
  ])
})

test('says how', () => {
  const sentence = (options: object): string => explainRule(parseRule({ fault: 'exit', ...options }))
  expect(sentence({})).toBe('ends the server process with code 1')
  expect(sentence({ match: 'method:tools/call', nth: 3, signal: 'SIGSEGV' })).toBe(
    'ends the server process by SIGSEGV, for tools/call messages, only the 3rd time',
  )
  expect(sentence({ restart: '1s' })).toBe('ends the server process by SIGKILL and starts it again after 1 s')
  expect(sentence({ signal: 'SIGTERM', restart: '0s' })).toBe(
    'ends the server process by SIGTERM and starts it again at once',
  )
})

test.each([
  [{ code: 1, signal: 'SIGTERM' }, /by a code or by a signal/],
  [{ code: 1, restart: '1s' }, /nobody sees the code/],
  [{ code: 256 }, /from 0 to 255/],
])('refuses %j', (options, reason) => {
  expect(() => parseRule({ fault: 'exit', ...options })).toThrow(reason)
})
