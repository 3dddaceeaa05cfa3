import type { RuleRow } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { healAll } from '../state/heal.ts'
import { ErrorCard } from './error-card.tsx'
import { FirstFaults } from './first-faults.tsx'
import { Icon } from './icon.tsx'
import { EndedRule, RuleItem } from './rule-item.tsx'

/** Rules in force with what they did, and below, folded away, those that are over. */
export function RuleList() {
  const app = useApp()
  const { faults, vocabulary } = app
  const rules = faults.rules.value
  const error = faults.error.value ?? vocabulary.error.value
  return (
    <section class="fault-section" aria-labelledby="rules-title">
      <div class="fault-section-head">
        <h2 id="rules-title">
          {rules.length === 0 ? 'No fault is on' : 'Faults'}{' '}
          {rules.length > 0 && <span class="faint num">{countText(rules)}</span>}
        </h2>
        <button class="button" disabled={rules.length === 0} onClick={() => void healAll(app)}>
          <Icon name="heal" /> Heal all <kbd aria-hidden="true">H</kbd>
        </button>
      </div>
      {error !== null && (
        <ErrorCard error={error} onRetry={() => void Promise.all([faults.load(), vocabulary.learn()])} />
      )}
      {rules.length === 0 ? (
        error === null && <FirstFaults />
      ) : (
        <ul class="rules">
          {rules.map((rule) => (
            <RuleItem key={`${rule.id} ${rule.instance ?? ''}`} rule={rule} />
          ))}
        </ul>
      )}
      <EndedRules />
    </section>
  )
}

/** `2 on, 1 off`. */
const countText = (rules: readonly RuleRow[]): string => {
  const on = rules.filter(({ enabled }) => enabled).length
  const off = rules.length - on
  return off === 0 ? `${on} on` : on === 0 ? `${off} off` : `${on} on, ${off} off`
}

/** Ended rules listed. */
const most = 100

function EndedRules() {
  const ended = useApp().faults.ended.value
  if (ended.length === 0) return null
  return (
    <details class="ended">
      <summary>
        <Icon name="chevron" size={12} /> {ended.length} {ended.length === 1 ? 'is' : 'are'} over
      </summary>
      <ul class="rules">
        {ended.slice(0, most).map((rule) => (
          <EndedRule key={rule.key} rule={rule} />
        ))}
      </ul>
      {ended.length > most && <p class="faint">and {ended.length - most} older ones</p>}
    </details>
  )
}
