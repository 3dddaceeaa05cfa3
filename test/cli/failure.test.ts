import { expect, test } from 'vitest'
import { reportFailure } from '../../src/cli/failure.ts'
import { ProxyError } from '../../src/errors.ts'
import { capturedOutput } from '../support/cli-context.ts'

const error = new ProxyError('LISTEN_FAILED', 'Port 80 is taken.', { hint: 'Use mitmcp ls, or --port 0.' })

test('an error of ours is told with its code and hint on stderr, exit 2', () => {
  const output = capturedOutput()
  expect(reportFailure(error, output, 'npx mitmcp')).toBe(2)
  expect(output.stderr()).toBe('error Port 80 is taken. [LISTEN_FAILED]\n hint Use npx mitmcp ls, or --port 0.\n')
  expect(output.stdout()).toBe('')
})

test('for scripts it is one line of JSON', () => {
  const output = capturedOutput()
  expect(reportFailure(error, output, 'npx mitmcp', true)).toBe(2)
  expect(JSON.parse(output.stderr())).toEqual({
    code: 'LISTEN_FAILED',
    message: 'Port 80 is taken.',
    hint: 'Use npx mitmcp ls, or --port 0.',
  })
})

test('anything else is a bug, told with its stack, exit 70', () => {
  const output = capturedOutput()
  expect(reportFailure(new TypeError('x is not a function'), output, 'mitmcp')).toBe(70)
  expect(output.stderr()).toMatch(
    /bug mitmcp stopped because of a mistake of its own.*\nTypeError: x is not a function\n {4}at /,
  )
})

test.each([
  ['Record something first (mitmcp <url>).', 'Record something first (npx mitmcp <url>).'],
  [
    'The disk is full: mitmcp prune --max-size 1gb makes room.',
    'The disk is full: npx mitmcp prune --max-size 1gb makes room.',
  ],
  ['Update mitmcp, or name another file.', 'Update mitmcp, or name another file.'],
  ['npx mitmcp ls lists them.', 'npx mitmcp ls lists them.'],
])('the hint %j is spelled as invoked', (hint, spelled) => {
  const output = capturedOutput()
  reportFailure(new ProxyError('NOT_FOUND', 'x', { hint }), output, 'npx mitmcp')
  expect(output.stderr()).toBe(`error x [NOT_FOUND]\n hint ${spelled}\n`)
})
