import { expect, test } from 'vitest'
import { maxConnections } from '../../src/faults/max-connections.ts'

const admit = (options: object, open: number) =>
  maxConnections.admit?.(maxConnections.options.parse(options), { open, draw: () => 0 })

test('accepts as many as it is told, and turns the next away', () => {
  expect(admit({ n: 2 }, 1)).toEqual({ do: 'accept' })
  expect(admit({ n: 2 }, 2)).toEqual({ do: 'rst' })
})

test('leaves the next waiting, or answers it, when told', () => {
  expect(admit({ n: 0, overflow: 'hang' }, 0)).toEqual({ do: 'hang', ms: null })
  const answer = admit({ n: 0, overflow: '503' }, 0)
  expect(answer?.do === 'respond' ? Buffer.from(answer.bytes).toString() : '').toMatch(
    /^HTTP\/1\.1 503 Service Unavailable\r\n/,
  )
})
