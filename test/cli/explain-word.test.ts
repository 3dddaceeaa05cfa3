import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { MEANINGS } from '../../src/errors/meanings.ts'
import { fakeContext } from '../support/cli-context.ts'

const explained = async (word: string) => {
  const context = fakeContext()
  const code = await run(['explain', word], context)
  return { code, out: context.output.stdout(), err: context.output.stderr() }
}

test.each([
  ['cut', /^cut ends a connection: /],
  ['crash', /^crash: The server crashes and comes back\./],
  ['outcome:', /^outcome: in a filter asks for what became of the call\.\n {2}values +ok error /],
  ['--probability', /^probability in a fault rule: How likely each match fires\./],
  ['mid-event', /^mid-event, where a stream ended: within an event/],
  ['resumed', /^resumed, of an answer: it came on an event stream that its client took up again/],
  ['never sent on', /^never sent on, of a message: /],
  ['rule_invalid', /^RULE_INVALID: A fault rule has problems/],
  ['status', /^status answers requests with a status[^]*\nstatus: in a filter asks for HTTP status\./],
])('%s is explained', async (word, said) =>
  expect(await explained(word)).toMatchObject({ code: 0, out: expect.stringMatching(said) }),
)

test('a word that means nothing is told what was meant', async () =>
  expect(await explained('latncy')).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean latency?') }))

test('the README lists every error code', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(Object.keys(MEANINGS).filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
})
