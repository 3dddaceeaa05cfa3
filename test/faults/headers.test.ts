import { expect, test } from 'vitest'
import { headers } from '../../src/faults/headers.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { event, head } from '../support/http-units.ts'

test('sets and removes fields of a head', () => {
  const table = damageOf(headers, { set: { 'Content-Type': 'text/plain' }, remove: ['Mcp-Session-Id'] })
  expect(actionTexts(table.unit('x', head()))).toEqual([
    'pass head {"Mcp-Session-Id":null,"Content-Type":"text/plain"}',
  ])
})

test('lets be what has no head', () => {
  expect(actionTexts(damageOf(headers, { remove: ['A'] }).unit('x', { ...event(), withHead: () => null }))).toEqual([
    'pass x\n',
  ])
})

test('needs something to do, and names and values that can stand in a head', () => {
  expect(headers.options.safeParse({}).success).toBe(false)
  expect(headers.options.safeParse({ set: { 'a b': 'c' } }).success).toBe(false)
  expect(headers.options.safeParse({ set: { a: 'b\r\nc: d' } }).success).toBe(false)
})

test('looks at the side it is told', () => {
  const narrow = headers.narrow as (options: unknown) => string
  expect(narrow({ on: 'request' })).toBe('dir:c2s')
  expect(narrow({ on: 'response' })).toContain('dir:s2c')
})
