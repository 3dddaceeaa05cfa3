import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { fakeContext } from '../../support/cli-context.ts'

test('with a URL it is the proxy', async () => {
  const context = fakeContext()
  context.stop()
  expect(await run(['start', 'http://127.0.0.1:1/mcp', '--port', '0'], context)).toBe(0)
  expect(context.asked).toEqual([{ target: 'http://127.0.0.1:1/mcp', port: 0, ui: {} }])
})

test('a mistyped URL is told as anywhere', async () => {
  const context = fakeContext()
  expect(await run(['start', 'localhost:3000/mcp'], context)).toBe(2)
  expect(context.output.stderr()).toContain('Did you mean http://localhost:3000/mcp ?')
})
