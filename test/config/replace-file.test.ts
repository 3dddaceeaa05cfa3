import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { replaceFile } from '../../src/config/replace-file.ts'
import { temporaryFolder } from '../support/temporary.ts'

const folder = temporaryFolder(afterAll)

describe('a file', () => {
  test('is replaced with its mode kept, and nothing left beside it', () => {
    const file = join(folder, 'a.json')
    writeFileSync(file, 'old')
    chmodSync(file, 0o640)
    replaceFile(file, Buffer.from('new'), Buffer.from('old'))
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['new', 0o640])
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  test('that is new is for its owner alone', () => {
    const file = join(folder, 'b.json')
    replaceFile(file, Buffer.from('new'))
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('that was changed meanwhile is left alone', () => {
    const file = join(folder, 'c.json')
    writeFileSync(file, 'theirs')
    expect(() => replaceFile(file, Buffer.from('ours'), Buffer.from('old'))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
    expect(readFileSync(file, 'utf8')).toBe('theirs')
    expect(readdirSync(folder).filter((name) => name.endsWith('.mitmcp'))).toEqual([])
  })
})
