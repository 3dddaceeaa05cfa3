import type { Field } from '../state/schema-fields.ts'

interface FieldProps {
  field: Field
  /** Null: left alone. */
  value: string | null
  problem: string | null
  onChange: (value: string) => void
}

const typed: Partial<Record<Field['kind'], string>> = {
  duration: 'time',
  size: 'size',
  rate: 'rate',
  number: 'number',
}

const hints: Partial<Record<Field['kind'], string>> = {
  lines: 'one a line',
  fields: 'Name: value, one a line',
  json: 'JSON',
}

/** One option: its name, the input that suits it, what it is for, and what is wrong with it. */
export function RuleField({ field, value, problem, onChange }: FieldProps) {
  const id = `option-${field.name}`
  const about = [`${id}-about`, ...(problem === null ? [] : [`${id}-problem`])].join(' ')
  const hint = hints[field.kind] ?? typed[field.kind]
  return (
    <div class={`rule-field is-${field.kind}`}>
      <label for={id}>
        <span class="mono">{field.name}</span>
        {field.required && <span class="field-needed">needed</span>}
        {hint !== undefined && <span class="faint field-hint">{hint}</span>}
      </label>
      <Input field={field} id={id} value={value} about={about} invalid={problem !== null} onChange={onChange} />
      {problem !== null && (
        <p id={`${id}-problem`} class="field-error">
          {problem}
        </p>
      )}
      <p id={`${id}-about`} class="field-about">
        <Described text={field.description} />
      </p>
    </div>
  )
}

interface InputProps {
  field: Field
  id: string
  value: string | null
  about: string
  invalid: boolean
  onChange: (value: string) => void
}

function Input({ field, id, value, about, invalid, onChange }: InputProps) {
  const { kind, preset, choices, example, required } = field
  const common = { id, 'aria-describedby': about, 'aria-invalid': invalid, 'aria-required': required }
  if (kind === 'flag')
    return (
      <input
        {...common}
        type="checkbox"
        class="check"
        checked={(value ?? preset) === 'true'}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
      />
    )
  if (kind === 'choice' || kind === 'maybe')
    return (
      <select {...common} class="input" value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{preset === null ? (required ? 'choose' : 'not set') : `${preset} (default)`}</option>
        {(kind === 'maybe' ? ['true', 'false'] : choices).map((choice) =>
          choice === preset ? null : <option key={choice}>{choice}</option>,
        )}
      </select>
    )
  if (kind === 'lines' || kind === 'fields' || kind === 'json' || kind === 'long')
    return (
      <textarea
        {...common}
        class="input mono"
        rows={kind === 'json' || kind === 'long' ? 4 : 2}
        spellcheck={false}
        value={value ?? ''}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    )
  return (
    <>
      <input
        {...common}
        class="input mono"
        type="text"
        inputMode={kind === 'number' ? 'decimal' : undefined}
        autocomplete="off"
        spellcheck={false}
        list={choices.length > 0 ? `${id}-offers` : undefined}
        placeholder={preset === null ? example : preset}
        value={value ?? ''}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {choices.length > 0 && (
        <datalist id={`${id}-offers`}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </>
  )
}

/** What stands between backticks is a value. */
function Described({ text }: { text: string }) {
  return <>{text.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</>
}
