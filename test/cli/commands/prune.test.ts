import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { captureFixture } from '../../support/capture-fixture.ts'
import { fakeContext } from '../../support/cli-context.ts'

const pruned = async (...args: string[]) => {
  const { path, add, db } = captureFixture()
  add('session', { uid: 'old00001', ended_at: 1_767_225_600_000_000 })
  const context = fakeContext()
  const code = await run(['prune', '--db', path, ...args], context)
  const left = db.prepare('SELECT count(*) FROM session').pluck().get()
  return { code, left, stdout: context.output.stdout(), stderr: context.output.stderr() }
}

test('removes what is too old, and says so', async () =>
  expect(await pruned('--max-age', '7d')).toMatchObject({
    code: 0,
    left: 0,
    stdout: expect.stringMatching(/^1 session removed, .* freed; the capture is .* now\.\n$/),
  }))

test('a dry run removes nothing', async () =>
  expect(await pruned('--max-age', '7d', '--dry-run')).toMatchObject({
    code: 0,
    left: 1,
    stdout: expect.stringMatching(/^1 session would go, .* freed; the capture would be .* now\.\n$/),
  }))

test('--json gives the report', async () => {
  const { stdout } = await pruned('--session', 'old', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ sessions: ['old00001'], spared: [], dryRun: false })
})

test.each([
  [[], 'Say what may go: --max-size, --max-age or --session.'],
  [['--max-size', 'big'], 'Write it as 500mb or 2gb.'],
  [['--max-size', '500'], 'Write it as 500mb or 2gb.'],
  [['--max-age', '7'], 'Write it as 12h, 7d or 2w.'],
])('%j is refused, nothing removed', async (args, message) => {
  const { code, left, stderr } = await pruned(...args)
  expect([code, left]).toEqual([2, 1])
  expect(stderr).toContain(message)
})
