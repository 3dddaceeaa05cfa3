import { expect, test } from 'vitest'
import { openLog } from '../../src/cli/log.ts'
import { capturedOutput } from '../support/cli-context.ts'

test('lines are JSON on stderr, from warn on unless said otherwise', async () => {
  const output = capturedOutput()
  const log = await openLog(undefined, output)
  log.info({}, 'quiet')
  log.warn({ lostBytes: 7 }, 'lost')
  expect(output.stdout()).toBe('')
  expect(JSON.parse(output.stderr())).toMatchObject({ level: 40, msg: 'lost', lostBytes: 7 })
})

test('a level lets more through', async () => {
  const output = capturedOutput()
  const log = await openLog('debug', output)
  log.debug({}, 'seen')
  expect(output.stderr()).toContain('"msg":"seen"')
})

test('on a terminal they are for people', async () => {
  const output = capturedOutput(80)
  const log = await openLog('info', output)
  log.info({}, 'hello')
  expect(output.stderr()).toMatch(/INFO: hello\n$/)
})
