import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { fakeContext } from '../../support/cli-context.ts'

test('without "--" it says how to write it', async () => {
  const context = fakeContext()
  expect(await run(['stdio', 'node', 'server.js'], context)).toBe(2)
  expect(context.output.stderr()).toContain('stdio -- node server.js')
})

test('its help lists every flag', async () => {
  const context = fakeContext()
  expect(await run(['stdio', '--help'], context)).toBe(0)
  for (const flag of ['--name <name>', '--db <file>', '--record <depth>', '--no-redact', '--redact-key-file <file>']) {
    expect(context.output.stdout()).toContain(flag)
  }
})
