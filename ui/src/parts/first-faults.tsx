import { useApp } from '../app-context.ts'
import { firstFaults } from '../state/first-faults.ts'
import { settle } from '../state/settle.ts'
import { Icon } from './icon.tsx'

/** Shown while there is no rule: what faults are for, and three to begin with. */
export function FirstFaults() {
  const { faults, vocabulary, place } = useApp()
  const known = vocabulary.registry.value?.faults
  const offered = firstFaults.filter(({ rule }) => known === undefined || known.some(({ type }) => type === rule.fault))
  return (
    <div class="first-faults">
      <p class="first-why">
        A fault damages live traffic on purpose, so that you see how a client or a server comes through. Every one can
        be undone at any moment, and everything it does is in the record. Three to begin with:
      </p>
      <ul class="first-list">
        {offered.map(({ title, why, rule }) => (
          <li key={title}>
            <button
              class="first-fault"
              disabled={!place.value.ready}
              onClick={() => void settle(faults.add({ rules: [rule], ...place.value.where }), `${rule.fault} is on`)}
            >
              <Icon name="bolt" size={16} />
              <span class="first-title">{title}</span>
              <span class="first-text">{why}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
