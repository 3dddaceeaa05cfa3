/** What the damage is done to, in the filter language. */
export function MatchField({
  value,
  problem,
  onChange,
}: {
  value: string
  problem: string | null
  onChange: (value: string) => void
}) {
  return (
    <div class="rule-field">
      <label for="rule-match">
        <span class="mono">match</span>
        <span class="faint field-hint">filter; empty: everything</span>
      </label>
      <input
        id="rule-match"
        class="input mono"
        type="text"
        autocomplete="off"
        spellcheck={false}
        placeholder="method:tools/call dir:s2c"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : 'rule-match-problem'}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {problem !== null && (
        <p id="rule-match-problem" class="field-error">
          {problem}
        </p>
      )}
    </div>
  )
}
