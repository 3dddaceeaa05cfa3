import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { redactionKey } from '../../src/recorder/redaction-key.ts'
import { temporaryFolder } from '../support/temporary.ts'

test('is made once, for its owner alone, and stays', () => {
  const path = join(temporaryFolder(), 'deep', 'key')
  const key = redactionKey(path)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(redactionKey(path)).toBe(key)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a file that holds none is refused and left as it is', () => {
  const path = join(temporaryFolder(), 'key')
  writeFileSync(path, 'mine')
  expect(() => redactionKey(path)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

test('a folder that cannot be made says so', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(() => redactionKey(join(file, 'key'))).toThrow(expect.objectContaining({ code: 'STORE_OPEN_FAILED' }))
})
