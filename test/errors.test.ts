import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ProxyError } from '../src/errors.ts'
import { projectRoot } from './support/sources.ts'

test('an error carries its code, what to do next, and its cause', () => {
  const cause = new Error('EACCES')
  const error = new ProxyError('STORE_OPEN_FAILED', 'cannot write there', { hint: 'use --db', cause })
  expect(error).toMatchObject({
    name: 'ProxyError',
    code: 'STORE_OPEN_FAILED',
    message: 'cannot write there',
    hint: 'use --db',
  })
  expect(error.cause).toBe(cause)
})

test('an error without a cause has no such property', () => {
  const error = new ProxyError('NOT_FOUND', 'no such session')
  expect('cause' in error).toBe(false)
  expect(error.hint).toBe('')
})

test('the codes are these: scripts match on them', () => {
  const text = readFileSync(join(projectRoot, 'src/errors.ts'), 'utf8')
  expect([...text.matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, code]) => code)).toEqual([
    'LISTEN_FAILED',
    'TARGET_INVALID',
    'SELF_TARGET',
    'UPSTREAM_UNREACHABLE',
    'SERVER_UNKNOWN',
    'UPSTREAM_TIMEOUT',
    'CLIENT_REFUSED',
    'AUTHORITY_INVALID',
    'STORE_OPEN_FAILED',
    'STORE_NOT_A_CAPTURE',
    'STORE_NEWER',
    'OPTION_INVALID',
    'CONFIG_INVALID',
    'NOT_FOUND',
    'COMMAND_NOT_FOUND',
    'COMMAND_NOT_EXECUTABLE',
    'SERVER_EXITED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'FILTER_INVALID',
    'REQUEST_INVALID',
    'RULE_INVALID',
    'INSTANCE_AMBIGUOUS',
    'INSTANCE_NONE',
  ])
})
