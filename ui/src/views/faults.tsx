import { useEffect } from 'preact/hooks'
import { useApp } from '../app-context.ts'
import { HeldList } from '../parts/held-list.tsx'
import { PersonaList } from '../parts/persona-list.tsx'
import { RuleForm } from '../parts/rule-form.tsx'
import { RuleList } from '../parts/rule-list.tsx'

/** Rules in force with live counters, a form for new ones, personas. */
export function Faults() {
  const { vocabulary } = useApp()
  useEffect(() => void vocabulary.learn(), [vocabulary])
  return (
    <main class="faults" aria-label="Faults">
      <div class="faults-main">
        <HeldList />
        <RuleList />
        <PersonaList />
      </div>
      <aside class="faults-side" aria-label="New fault">
        <RuleForm />
      </aside>
    </main>
  )
}
