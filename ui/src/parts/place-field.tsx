import { useApp } from '../app-context.ts'
import { chosenPlace } from '../state/place.ts'
import { instanceText } from '../state/rule-words.ts'

/** Says which process new rules act in, or lets one choose where there are several. `id` of the input. */
export function PlaceField({ id }: { id: string }) {
  const { there, chosen } = useApp().place.value
  const [only] = there
  if (only === undefined)
    return <p class="callout">Nothing records into this capture now. Start a proxy, and faults can act in it.</p>
  if (there.length === 1) return <p class="field-about">Acts in {instanceText(only)}, and ends with it.</p>
  return (
    <div class="rule-field">
      <label for={id}>Acts in</label>
      <select
        id={id}
        class="input"
        value={chosen}
        onChange={(event) => (chosenPlace.value = event.currentTarget.value)}
      >
        {there.map((instance) => (
          <option key={instance.id} value={instance.id}>
            {instanceText(instance)}
          </option>
        ))}
        <option value="everywhere">everywhere: all of them, and those that come</option>
      </select>
      <p class="field-about">A rule ends with its process.</p>
    </div>
  )
}
