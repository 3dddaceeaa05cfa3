import { expect, test } from 'vitest'
import { down } from '../../src/faults/down.ts'

const options = (given: object) => down.options.parse(given) as Parameters<typeof down.explain>[0]
const dial = (given: object, sinceMs: number) => down.dial?.(options(given), { sinceMs, draw: () => 0 })

test('closes the port for its time, and resets what is open', () => {
  expect(down.closesPort?.(options({ duration: '5s' }))).toEqual({ ms: 5000 })
  expect(down.existing?.(options({}))).toBe('rst')
})

test('as a gateway it keeps the port and answers for the server', () => {
  expect(down.closesPort?.(options({ as: '502' }))).toBeNull()
  expect(dial({ as: '502' }, 0)).toEqual({ do: 'fail', as: '502' })
  expect(dial({ as: '503', duration: '5s' }, 4999)).toEqual({ do: 'fail', as: '503' })
})

test('is back after its time', () => {
  expect(dial({ as: '502', duration: '5s' }, 5000)).toEqual({ do: 'dial' })
})

test('stays silent until it is back when asked', () => {
  expect(dial({ as: 'hang', duration: '5s' }, 2000)).toEqual({ do: 'hang', ms: 3000 })
  expect(dial({ as: 'hang' }, 2000)).toEqual({ do: 'hang', ms: null })
})
