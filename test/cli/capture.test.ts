import { mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { capturePath, openMeantCapture, waitForCapture } from '../../src/cli/capture.ts'
import { captureFixture } from '../support/capture-fixture.ts'
import { fakeContext } from '../support/cli-context.ts'
import { temporaryFolder } from '../support/temporary.ts'

test('the flag wins over MITMCP_DB, and that over the usual place', async () => {
  const env = { MITMCP_DB: '/env.db', HOME: '/home/ann' }
  expect(await capturePath({ db: '/flag.db' }, { env })).toEqual({ path: '/flag.db', named: true })
  expect(await capturePath({}, { env })).toEqual({ path: '/env.db', named: true })
  expect(await capturePath({}, { env: { HOME: '/home/ann', XDG_DATA_HOME: '/data' } })).toMatchObject({ named: false })
})

test('nothing recorded yet is told with what to do, and is no error', async () => {
  const context = fakeContext({ env: { XDG_DATA_HOME: temporaryFolder(), HOME: '/' } })
  expect(await openMeantCapture({}, context)).toBeUndefined()
  expect(context.output.stderr()).toBe(
    'Nothing is recorded yet. Start with: npx mitmcp <url>, or see how it works: npx mitmcp demo\n',
  )
})

test('a named capture that is not there is an error', () =>
  expect(openMeantCapture({ db: '/nowhere/x.db' }, fakeContext())).rejects.toMatchObject({ code: 'STORE_OPEN_FAILED' }))

test('waiting ends when the capture appears', async () => {
  const { path, db } = captureFixture()
  db.close()
  const later = join(dirname(path), 'later', 'capture.db')
  mkdirSync(dirname(later))
  const context = fakeContext()
  const waiting = waitForCapture({ db: later }, context, context.stopping())
  await expect.poll(() => context.output.stderr()).toBe(`Waiting for ${later}: nothing is recorded there yet.\n`)
  renameSync(path, later)
  const reader = await waiting
  expect(reader?.path).toBe(later)
  reader?.close()
})

test('waiting ends when stopped', async () => {
  const context = fakeContext()
  const waiting = waitForCapture({ db: '/nowhere/x.db' }, context, context.stopping())
  context.stop()
  expect(await waiting).toBeUndefined()
})
