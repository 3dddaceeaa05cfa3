type Fact = readonly [name: string, value: string | null]

/** A heading and what is known under it; what is null is left out. */
export function Facts({ title, facts }: { title: string; facts: readonly Fact[] }) {
  return (
    <section class="section">
      <h3>{title}</h3>
      <dl class="fields">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  )
}
