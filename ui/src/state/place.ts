import { computed, signal, type ReadonlySignal } from '@preact/signals'
import type { InstanceRow, NewRules, Status } from '../../../src/api/contract.ts'
import { steered } from './rule-words.ts'

/** Which process new rules act in. */
export interface Place {
  /** Processes there are to choose from. */
  readonly there: readonly InstanceRow[]
  readonly where: Pick<NewRules, 'instance' | 'everywhere'>
  /** Id of the process, `everywhere`, or empty where there is none. */
  readonly chosen: string
  /** There is a process it can act in. */
  readonly ready: boolean
}

/** Id of a process, `everywhere`, or empty for the first there is. One choice for the form, first faults and personas. */
export const chosenPlace = signal('')

/** The process that was chosen, as long as it is there; else the first. */
export function placeOf(status: ReadonlySignal<Status | null>): ReadonlySignal<Place> {
  return computed(() => {
    const there = steered(status.value?.instances ?? [])
    if (chosenPlace.value === 'everywhere')
      return { there, where: { everywhere: true }, chosen: 'everywhere', ready: there.length > 0 }
    const instance = there.find(({ id }) => String(id) === chosenPlace.value) ?? there[0]
    if (instance === undefined) return { there, where: {}, chosen: '', ready: false }
    return { there, where: { instance: instance.id }, chosen: String(instance.id), ready: true }
  })
}
