import { expect, test } from 'vitest'
import { protocolVersion } from '../../src/faults/protocol-version.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

const answered = (result: object, version?: string): string[] =>
  actionTexts(damageOf(protocolVersion, version === undefined ? {} : { version }).unit(JSON.stringify({ result })))

test('initialize is answered with another revision, or none', () => {
  const result = { protocolVersion: '2025-11-25', capabilities: {} }
  expect(answered(result)).toEqual(['pass {"result":{"protocolVersion":"1999-01-01","capabilities":{}}}\n'])
  expect(answered(result, '')).toEqual(['pass {"result":{"capabilities":{}}}\n'])
})

test('server/discover offers that one only, or none', () => {
  expect(answered({ supportedVersions: ['2026-07-28'] })).toEqual([
    'pass {"result":{"supportedVersions":["1999-01-01"]}}\n',
  ])
  expect(answered({ supportedVersions: ['2026-07-28'] }, '')).toEqual(['pass {"result":{"supportedVersions":[]}}\n'])
})

test('a result that names none is left', () => {
  expect(answered({})).toEqual(['pass {"result":{}}\n'])
})

test('says which', () => {
  expect(protocolVersion.explain({ version: '1999-01-01' })).toBe('answers with protocol version 1999-01-01')
  expect(protocolVersion.explain({ version: '' })).toBe('answers without a protocol version')
})
