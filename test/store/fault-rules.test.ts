import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultRules } from '../../src/store/fault-rules.ts'
import { projectRoot, sourcesUnder } from '../support/sources.ts'

test('what proxying itself edits is no rule', () => {
  expect(
    faultRules([
      'host',
      'length',
      'origin',
      'header:authorization',
      'UPSTREAM_UNREACHABLE',
      'lose-the-session',
      'gate',
      'headers',
    ]),
  ).toEqual(['lose-the-session', 'headers'])
})

test('every name the transports give an edit is known as ours', () => {
  const named = sourcesUnder('src/transports').flatMap(({ path }) => {
    const text = readFileSync(join(projectRoot, path), 'utf8')
    return [...text.matchAll(/rule: (?:[^,\n]*\? )?'([a-z-]+)'(?: : '([a-z-]+)')?/g)].flatMap(([, one, other]) => [
      one!,
      other ?? one!,
    ])
  })
  expect(named.length).toBeGreaterThan(5)
  expect(faultRules(named)).toEqual([])
})
