import { expect, test } from 'vitest'
import { refuse } from '../../src/faults/refuse.ts'

test('closes the port for as long as the rule is on, and keeps or ends what is open', () => {
  expect(refuse.closesPort?.({ existing: 'keep' })).toEqual({ ms: null })
  expect(refuse.existing?.(refuse.options.parse({}))).toBe('keep')
  expect(refuse.existing?.({ existing: 'rst' })).toBe('rst')
})
