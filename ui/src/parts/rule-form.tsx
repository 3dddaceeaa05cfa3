import { useEffect, useState } from 'preact/hooks'
import type { FaultCard, FaultRegistry } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { draft } from '../state/draft-store.ts'
import { emptyDraft, ruleOf, type RuleDraft } from '../state/rule-draft.ts'
import { useReading } from '../state/rule-reading.ts'
import { fieldsOf, type Field } from '../state/schema-fields.ts'
import { DryRunButton } from './dry-run.tsx'
import { FaultPicker } from './fault-picker.tsx'
import { Icon } from './icon.tsx'
import { MatchField } from './match-field.tsx'
import { PlaceField } from './place-field.tsx'
import { RuleCopies } from './rule-copies.tsx'
import { RuleField } from './rule-field.tsx'
import { sentenceText } from './rule-item.tsx'
import { settle } from '../state/settle.ts'

/** Writes a rule: what happens, to what, when; says all along what it would do and what is wrong with it. */
export function RuleForm() {
  const { vocabulary } = useApp()
  const registry = vocabulary.registry.value
  if (registry === null) return <p class="faint empty">{vocabulary.error.value === null ? 'Loading…' : ''}</p>
  const fault = registry.faults.find(({ type }) => type === draft.value.fault)
  if (fault === undefined)
    return (
      <>
        <h2 class="form-title">New fault</h2>
        <PickedMatch />
        <FaultPicker
          faults={registry.faults}
          onPick={(type) => {
            draft.value = { ...draft.value, fault: type, values: {} }
          }}
        />
      </>
    )
  return <Form key={fault.type} fault={fault} registry={registry} />
}

/** What the fault is to be for, where that is settled before the fault is. */
function PickedMatch() {
  const { match } = draft.value
  if (match === '') return null
  return (
    <div class="picked-match" role="status">
      <p>
        The match is filled in: <code class="mono">{match}</code>. What should happen to such traffic?
      </p>
      <button class="button" onClick={() => (draft.value = { ...draft.value, match: '' })}>
        Without a match
      </button>
    </div>
  )
}

/** Those asked for most: in sight, above what is folded away. */
const nearWords = new Set(['after', 'times'])

/** Words of the envelope that have a place of their own, or none in the form. */
const placed = new Set(['id', 'fault', 'match', 'enabled', 'expect'])

function Form({ fault, registry }: { fault: FaultCard; registry: FaultRegistry }) {
  const app = useApp()
  const { faults } = app
  const options = fieldsOf(fault.options)
  const when = fieldsOf(registry.envelope).filter(({ name }) => !placed.has(name))
  const near = when.filter(({ name }) => nearWords.has(name))
  const { rule, problems: own } = ruleOf(draft.value, [...options, ...when])
  const reading = useReading(rule)
  const problems = [...own, ...(reading?.problems ?? [])]
  const place = app.place.value
  const { replaces } = draft.value
  useEffect(() => document.getElementById('rule-form')?.focus(), [])
  const submit = async (event: Event) => {
    event.preventDefault()
    const work = replaces === null ? faults.add({ rules: [rule], ...place.where }) : faults.change(replaces, rule)
    const said = replaces === null ? `${draft.value.id || fault.type} is on` : `${replaces.id} is changed`
    if (await settle(work, said)) draft.value = emptyDraft
  }
  return (
    <form class="rule-form" onSubmit={(event) => void submit(event)} noValidate>
      <FormHead fault={fault} replaces={replaces} />
      <MatchField
        value={draft.value.match}
        problem={problemAt(problems, 'match')}
        onChange={(match) => (draft.value = { ...draft.value, match })}
      />
      <Fields fields={options} problems={problems} />
      <Fields fields={near} problems={problems} />
      <When fields={when.filter((field) => !near.includes(field))} problems={problems} />
      {replaces === null && <PlaceField id="rule-place" />}
      <div class="form-foot">
        <Sentence sentence={reading?.sentence ?? null} problems={restOf(problems, [...options, ...when])} />
        <div class="form-actions">
          <button
            class="button primary"
            type="submit"
            disabled={problems.length > 0 || reading === null || (replaces === null && !place.ready)}
          >
            <Icon name="bolt" /> {replaces === null ? 'Turn on' : 'Change it'}
          </button>
          <RuleCopies rule={rule} />
        </div>
      </div>
      <DryRunButton rule={rule} ready={problems.length === 0} />
    </form>
  )
}

function FormHead({ fault, replaces }: { fault: FaultCard; replaces: RuleDraft['replaces'] }) {
  return (
    <div class="form-head">
      <h2 id="rule-form" tabindex={-1} class="form-title">
        {replaces !== null && <span class="faint">Change </span>}
        <span class="mono">{replaces?.id ?? fault.type}</span>
      </h2>
      <button
        type="button"
        class="button quiet"
        onClick={() => (draft.value = { ...emptyDraft, match: draft.value.match })}
      >
        Another fault
      </button>
      <p class="form-summary">
        {fault.type}: {fault.summary}.
      </p>
    </div>
  )
}

type Problems = readonly { readonly path: string; readonly message: string; readonly nearest?: string }[]

/** `message`, with what was probably meant. */
const problemText = ({ message, nearest }: Problems[number]): string =>
  nearest === undefined ? message : `${message}; did you mean ${nearest}?`

function problemAt(problems: Problems, name: string): string | null {
  const found = problems.filter(({ path }) => path === name || path.startsWith(`${name}.`))
  return found.length === 0 ? null : found.map(problemText).join('; ')
}

/** What belongs to no input. */
const restOf = (problems: Problems, fields: readonly Field[]): string[] =>
  problems
    .filter(
      ({ path }) =>
        !['match', ...fields.map(({ name }) => name)].some((name) => path === name || path.startsWith(`${name}.`)),
    )
    .map((problem) => (problem.path === '' ? '' : `${problem.path}: `) + problemText(problem))

function Fields({ fields, problems }: { fields: readonly Field[]; problems: Problems }) {
  const { values } = draft.value
  return (
    <>
      {fields.map((field) => (
        <RuleField
          key={field.name}
          field={field}
          value={values[field.name] ?? null}
          // an input nobody has been at yet is no mistake: what is needed says so itself
          problem={values[field.name] === undefined ? null : problemAt(problems, field.name)}
          onChange={(value) =>
            (draft.value = { ...draft.value, values: { ...draft.value.values, [field.name]: value } })
          }
        />
      ))}
    </>
  )
}

function When({ fields, problems }: { fields: readonly Field[]; problems: Problems }) {
  const given = fields.filter(({ name }) => (draft.value.values[name] ?? '') !== '')
  const [open, setOpen] = useState(given.length > 0)
  return (
    <details class="when" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron" size={12} /> How often else, for how long
        {given.length > 0 && <span class="tag">{given.map(({ name }) => name).join(', ')}</span>}
      </summary>
      <div class="when-fields">
        <div class="rule-field">
          <label for="rule-name">
            <span class="mono">id</span>
          </label>
          <input
            id="rule-name"
            class="input mono"
            autocomplete="off"
            spellcheck={false}
            placeholder={draft.value.fault ?? ''}
            disabled={draft.value.replaces !== null}
            value={draft.value.id}
            onInput={(event) => (draft.value = { ...draft.value, id: event.currentTarget.value })}
          />
          <p class="field-about">Its name in the record and in lists</p>
        </div>
        <Fields fields={fields} problems={problems} />
      </div>
    </details>
  )
}

function Sentence({ sentence, problems }: { sentence: string | null; problems: readonly string[] }) {
  return (
    <div class="form-sentence" role="status">
      {sentence !== null && <p>{sentenceText(sentence)}</p>}
      {problems.map((problem) => (
        <p key={problem} class="field-error">
          {problem}
        </p>
      ))}
    </div>
  )
}
