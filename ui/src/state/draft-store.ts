import { signal } from '@preact/signals'
import { emptyDraft, type RuleDraft } from './rule-draft.ts'

/** The rule in the form: kept while one looks at the traffic. */
export const draft = signal<RuleDraft>(emptyDraft)
