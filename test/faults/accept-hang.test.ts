import { expect, test } from 'vitest'
import { acceptHang } from '../../src/faults/accept-hang.ts'

const state = { open: 0, draw: () => 0 }

test('accepts and stays silent, for a time or for ever', () => {
  expect(acceptHang.admit?.(acceptHang.options.parse({}), state)).toEqual({ do: 'hang', ms: null })
  expect(acceptHang.admit?.(acceptHang.options.parse({ duration: '3s' }), state)).toEqual({ do: 'hang', ms: 3000 })
})
