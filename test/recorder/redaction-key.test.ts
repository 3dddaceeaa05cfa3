import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { redactionKey } from '../../src/recorder/redaction-key.ts'
import { temporaryFolder } from '../support/recording.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => (folder = temporaryFolder()))
afterEach(() => folder.remove())

test('is made once, for its owner alone, and stays', () => {
  const path = join(folder.path, 'deep', 'key')
  const key = redactionKey(path)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(redactionKey(path)).toBe(key)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a file that holds none is refused and left as it is', () => {
  const path = join(folder.path, 'key')
  writeFileSync(path, 'mine')
  expect(() => redactionKey(path)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

test('a folder that cannot be made says so', () => {
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  expect(() => redactionKey(join(file, 'key'))).toThrow(expect.objectContaining({ code: 'STORE_OPEN_FAILED' }))
})
