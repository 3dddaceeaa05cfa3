import { FilterInput } from './filter-field.tsx'

interface MatchProps {
  value: string
  /** What the rule makes of it that the language does not. */
  problem: string | null
  onChange: (value: string) => void
}

/** What the damage is done to, in the filter language. */
export function MatchField({ value, problem, onChange }: MatchProps) {
  return (
    <div class="rule-field">
      <label for="rule-match">
        <span class="mono">match</span>
        <span class="faint field-hint">filter; empty: everything</span>
      </label>
      <FilterInput
        id="rule-match"
        label="match"
        placeholder="method:tools/call dir:s2c"
        text={value}
        onText={onChange}
        onCommit={onChange}
      />
      {/* what is wrong with the language the field says itself */}
      {problem !== null && !problem.startsWith('Filter, ') && <p class="field-error">{problem}</p>}
    </div>
  )
}
