import { expect, test } from 'vitest'
import { down } from '../../src/faults/down.ts'

const options = (given: object) => down.options.parse(given) as Parameters<typeof down.explain>[0]
const dial = (given: object, sinceMs: number) => down.dial?.(options(given), { sinceMs, draw: () => 0 })

test('closes the port for its time, and resets what is open', () => {
  expect(down.closesPort?.(options({ duration: '5s' }))).toEqual({ ms: 5000 })
  expect(down.existing?.(options({}))).toBe('rst')
  expect(down.existing?.(options({ existing: 'fin' }))).toBe('fin')
})

test('says what becomes of open connections where it is not the usual', () => {
  expect(down.explain(options({ as: '502' }))).toBe('takes the server away: answers 502')
  expect(down.explain(options({ as: '502', existing: 'fin' }))).toMatch(/, open connections are closed$/)
  expect(down.explain(options({ as: 'hang', existing: 'keep' }))).toMatch(/, open connections stay$/)
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
