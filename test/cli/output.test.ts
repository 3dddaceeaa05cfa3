import { expect, test } from 'vitest'
import { capturedOutput } from '../support/cli-context.ts'

test('paints on a terminal only', () => {
  expect(capturedOutput(80).paint('bad', 'x')).toBe('\u001b[31mx\u001b[39m')
  expect(capturedOutput().paint('bad', 'x')).toBe('x')
})

test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('paints nothing with %j', (env) =>
  expect(capturedOutput(80, env).paint('bad', 'x')).toBe('x'),
)

test('an empty NO_COLOR does not count', () =>
  expect(capturedOutput(80, { NO_COLOR: '' }).paint('bad', 'x')).not.toBe('x'))

test('results go to stdout, remarks to stderr', () => {
  const output = capturedOutput()
  output.line('result')
  output.json({ a: 1 })
  output.note('remark')
  expect([output.stdout(), output.stderr()]).toEqual(['result\n{"a":1}\n', 'remark\n'])
})

test('the bottom line of a terminal stays below what is printed, and can be taken away', () => {
  const output = capturedOutput(80)
  output.status('1 waiting')
  output.line('a message')
  output.status('')
  expect(output.stdout()).toBe('\r\u001b[2K1 waiting' + '\r\u001b[2Ka message\n1 waiting' + '\r\u001b[2K')
})

test('there is no bottom line in a file', () => {
  const output = capturedOutput()
  output.status('1 waiting')
  expect(output.stdout()).toBe('')
})

test('a file has no width', () => expect([capturedOutput().width, capturedOutput(120).width]).toEqual([Infinity, 120]))
