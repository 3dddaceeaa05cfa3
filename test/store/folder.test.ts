import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../src/store/folder.ts'
import { temporaryFolder } from '../support/temporary.ts'

test('makes every folder on the way, for nobody else, and may be asked again', () => {
  const folder = temporaryFolder()
  makeFolder(join(folder, 'a/b'))
  makeFolder(join(folder, 'a/b'))
  expect([statSync(join(folder, 'a')).mode & 0o777, statSync(join(folder, 'a/b')).mode & 0o777]).toEqual([0o700, 0o700])
})

test('a file in the way is an error', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(() => makeFolder(join(file, 'sub'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
})

test.runIf(process.platform === 'linux')('a folder that takes none is an error, not a wait for ever', () =>
  expect(() => makeFolder('/proc/mitmcp/sub')).toThrow(expect.objectContaining({ code: 'ENOENT' })),
)
