import type { RuleRow } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { draft } from '../state/draft-store.ts'
import { draftOf } from '../state/rule-draft.ts'
import { endText, hitWords, placeText } from '../state/rule-words.ts'
import { settle } from '../state/settle.ts'
import { ageText } from '../state/time-format.ts'
import { Icon } from './icon.tsx'

/** A rule in force: its switch, its sentence, what it has done. */
export function RuleItem({ rule }: { rule: RuleRow }) {
  const { faults } = useApp()
  const { id, enabled } = rule
  const toggle = () => void settle(faults.setEnabled(rule, !enabled), `${id} is ${enabled ? 'off' : 'on'}`)
  return (
    <li class={`rule ${enabled ? 'is-on' : ''}`}>
      <button class="switch" role="switch" aria-checked={enabled} aria-label={`${id} on`} onClick={toggle}>
        <span class="switch-knob" />
      </button>
      <div class="rule-body">
        <p class="rule-title">
          <strong class="mono">{id}</strong>
          {rule.source.fault !== id && <span class="tag">{rule.source.fault}</span>}
          {rule.origin === 'library' && (
            <span class="tag" title="Added by the program that runs this proxy">
              own code
            </span>
          )}
          {rule.origin === 'file' && (
            <span class="tag" title="Of the file given with --faults; a change of the file changes it">
              file
            </span>
          )}
        </p>
        <p class="rule-sentence">{sentenceText(rule.sentence)}</p>
        <Hits rule={rule} />
      </div>
      <RuleButtons rule={rule} />
    </li>
  )
}

/** Sentences begin small and have no full stop: they also stand in lists. */
export const sentenceText = (sentence: string): string => `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}.`

function Hits({ rule }: { rule: RuleRow }) {
  const { now, status } = useApp()
  return (
    <p class="rule-hits num">
      {rule.enabled || rule.fired > 0 ? (
        hitWords(rule, now.value).map(({ text, tone }) => (
          <span key={tone + text.slice(0, 5)} class={`hit is-${tone}`}>
            {text}
          </span>
        ))
      ) : (
        <span class="hit">off</span>
      )}
      <span class="hit">{placeText(rule.instance, status.value?.instances ?? [])}</span>
    </p>
  )
}

function RuleButtons({ rule }: { rule: RuleRow }) {
  const { faults, go, route } = useApp()
  const { id } = rule
  const edit = () => {
    draft.value = draftOf(rule.source, rule.origin === 'file' ? null : rule)
    document.getElementById('rule-form')?.focus()
  }
  const frames = () => go({ view: 'traffic', filter: { ...route.value.filter, text: `fault:${id}`, all: true } }, true)
  return (
    <div class="rule-buttons">
      <button class="icon-button" aria-label={`Frames that ${id} touched`} title="Frames it touched" onClick={frames}>
        <Icon name="list" />
      </button>
      <button
        class="icon-button"
        aria-label={rule.origin === 'file' ? `Make another like ${id}` : `Change ${id}`}
        title={rule.origin === 'file' ? 'Make another like it' : 'Change'}
        onClick={edit}
      >
        <Icon name="edit" />
      </button>
      <button
        class="icon-button"
        aria-label={`Remove ${id}`}
        title="Remove: what it holds goes on, in order"
        onClick={() => void settle(faults.remove(rule), `${id} is removed`)}
      >
        <Icon name="bin" />
      </button>
    </div>
  )
}

/** A rule that is over, and why. */
export function EndedRule({ rule }: { rule: RuleRow }) {
  const { now } = useApp()
  const { id, endedAt, endedWhy, fired } = rule
  return (
    <li class="rule is-ended">
      <div class="rule-body">
        <p class="rule-title">
          <strong class="mono">{id}</strong>
          <span class="faint">
            {endText(endedWhy)}
            {endedAt !== null && `, ${ageOf(now.value - endedAt)}`}
          </span>
        </p>
        <p class="rule-sentence">{sentenceText(rule.sentence)}</p>
        <p class="rule-hits num">
          {fired > 0 ? <span class="hit">fired {fired}</span> : <span class="hit is-warn">never fired</span>}
        </p>
      </div>
      <div class="rule-buttons">
        <button
          class="icon-button"
          aria-label={`Make another like ${id}`}
          title="Make another like it"
          onClick={() => {
            draft.value = draftOf(rule.source)
            document.getElementById('rule-form')?.focus()
          }}
        >
          <Icon name="copy" />
        </button>
      </div>
    </li>
  )
}

const ageOf = (us: number): string => (ageText(us) === 'now' ? 'just now' : `${ageText(us)} ago`)
