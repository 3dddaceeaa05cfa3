import { signal } from '@preact/signals'
import { afterEach, expect, test } from 'vitest'
import type { InstanceRow, Status } from '../../../src/api/contract.ts'
import { chosenPlace, placeOf } from '../../../ui/src/state/place.ts'

afterEach(() => void (chosenPlace.value = ''))

const instance = (id: number) => ({ id, role: 'proxy', endedAt: null }) as InstanceRow
const place = (...instances: InstanceRow[]) => placeOf(signal({ instances } as unknown as Status))

test('rules act in the first process there is, until another is chosen', () => {
  const chosen = place(instance(1), instance(2))
  expect(chosen.value).toMatchObject({ where: { instance: 1 }, ready: true })
  chosenPlace.value = '2'
  expect(chosen.value).toMatchObject({ where: { instance: 2 }, chosen: '2' })
  chosenPlace.value = 'everywhere'
  expect(chosen.value.where).toEqual({ everywhere: true })
})

test('one that has gone is not chosen any more, and without any nothing can act', () => {
  chosenPlace.value = '7'
  expect(place(instance(1)).value.where).toEqual({ instance: 1 })
  expect(place().value).toMatchObject({ where: {}, ready: false })
})
