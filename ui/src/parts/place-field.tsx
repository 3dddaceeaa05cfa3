import { useState } from 'preact/hooks'
import type { NewRules } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { instanceText, steered } from '../state/rule-words.ts'

interface Place {
  readonly where: Pick<NewRules, 'instance' | 'everywhere'>
  /** There is a process it can act in. */
  readonly ready: boolean
  readonly chosen: string
  readonly choose: (value: string) => void
}

/** Which process a rule will act in: the one there is, or the one chosen. */
export function usePlace(): Place {
  const { status } = useApp()
  const [chosen, choose] = useState('')
  const there = steered(status.value?.instances ?? [])
  if (chosen === 'everywhere') return { where: { everywhere: true }, ready: there.length > 0, chosen, choose }
  const instance = there.find(({ id }) => String(id) === chosen) ?? there[0]
  return {
    where: instance === undefined ? {} : { instance: instance.id },
    ready: instance !== undefined,
    chosen: instance === undefined ? '' : String(instance.id),
    choose,
  }
}

export function PlaceField({ place }: { place: Place }) {
  const { status } = useApp()
  const there = steered(status.value?.instances ?? [])
  const [only] = there
  if (only === undefined)
    return <p class="callout">No process records into this capture now: start a proxy, and it can act there.</p>
  if (there.length === 1) return <p class="field-about form-place">Acts in {instanceText(only)}, and ends with it.</p>
  return (
    <div class="rule-field">
      <label for="rule-place">Acts in</label>
      <select
        id="rule-place"
        class="input"
        value={place.chosen}
        onChange={(event) => place.choose(event.currentTarget.value)}
      >
        {there.map((instance) => (
          <option key={instance.id} value={instance.id}>
            {instanceText(instance)}
          </option>
        ))}
        <option value="everywhere">everywhere: all of them, and those that come</option>
      </select>
      <p class="field-about">It ends with its process.</p>
    </div>
  )
}
