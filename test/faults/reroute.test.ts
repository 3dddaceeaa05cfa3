import { expect, test } from 'vitest'
import { reroute } from '../../src/faults/reroute.ts'

test('leads dials elsewhere, and ends what is open', () => {
  const options = reroute.options.parse({ to: 'http://127.0.0.1:3001' }) as Parameters<typeof reroute.explain>[0]
  expect(reroute.dial?.(options, { draw: () => 0, sinceMs: 0 })).toEqual({
    do: 'elsewhere',
    to: new URL('http://127.0.0.1:3001'),
  })
  expect(reroute.existing?.(options)).toBe('fin')
})

test('wants a URL', () => {
  expect(reroute.options.safeParse({ to: 'localhost:3001' }).success).toBe(false)
})
