import type { PersonaCard } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { settle } from '../state/settle.ts'
import { Icon } from './icon.tsx'
import { sentenceText } from './rule-item.tsx'

/** Everything that can be imitated, one click away. */
export function PersonaList() {
  const { vocabulary } = useApp()
  const personas = vocabulary.personas.value ?? []
  if (personas.length === 0) return null
  return (
    <section class="fault-section personas" aria-labelledby="personas-title">
      <div class="fault-section-head">
        <h2 id="personas-title">
          Imitate something real <span class="faint num">{personas.length}</span>
        </h2>
      </div>
      <ul class="persona-list">
        {personas.map((persona) => (
          <Persona key={persona.name} persona={persona} />
        ))}
      </ul>
    </section>
  )
}

function Persona({ persona }: { persona: PersonaCard }) {
  const { faults, place } = useApp()
  const { name, title, imitates, rules } = persona
  const ids = new Set(rules.map((rule) => rule['id']))
  const inForce = faults.rules.value.filter(({ id }) => ids.has(id))
  const on = inForce.length > 0
  const fired = inForce.reduce((sum, rule) => sum + rule.fired, 0)
  const apply = () => void settle(faults.add({ rules, ...place.value.where }), `${title} is on`)
  const heal = () => void settle(faults.heal(inForce.map(({ id }) => id)), `${title} is over`)
  return (
    <li class={`persona ${on ? 'is-on' : ''}`}>
      <div class="persona-head">
        <h3>{title}</h3>
        {on ? (
          <button class="button" aria-label={`Heal ${title}`} onClick={heal}>
            Heal
          </button>
        ) : (
          <button class="button" aria-label={`Apply ${title}`} disabled={!place.value.ready} onClick={apply}>
            Apply
          </button>
        )}
      </div>
      <p class="persona-what">{imitates}</p>
      {on && (
        <p class="persona-on num">
          On: {inForce.length} {inForce.length === 1 ? 'rule' : 'rules'}, fired {fired}
        </p>
      )}
      <details class="persona-more">
        <summary>
          <Icon name="chevron" size={12} /> Facts, symptom, remedy <span class="sr-only">of {name}</span>
        </summary>
        <PersonaFacts persona={persona} />
      </details>
    </li>
  )
}

function PersonaFacts({ persona: { name, facts, symptom, remedy, notImitated, sentences } }: { persona: PersonaCard }) {
  return (
    <dl class="persona-facts">
      <dt>What it does</dt>
      {sentences.map((sentence) => (
        <dd key={sentence}>{sentenceText(sentence)}</dd>
      ))}
      <dt>What is known</dt>
      {facts.map(({ fact, basis, source, when }) => (
        <dd key={fact}>
          {fact}{' '}
          <span class="faint">
            {basis}: {source}, {when}
          </span>
        </dd>
      ))}
      <dt>What people see</dt>
      <dd>{symptom}</dd>
      <dt>What helps</dt>
      <dd>{remedy}</dd>
      {notImitated.length > 0 && <dt>Not imitated</dt>}
      {notImitated.map((what) => (
        <dd key={what}>{what}</dd>
      ))}
      <dt>In a terminal</dt>
      <dd class="mono">mitmcp fault apply {name}</dd>
    </dl>
  )
}
