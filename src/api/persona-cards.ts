import { shippedPersonas } from '../config/personas.ts'
import { personaRules, personaSentences } from '../faults/personas.ts'
import type { PersonaCard } from './contract.ts'

let cards: readonly PersonaCard[] | undefined

/** The personas that come with the program, as the API tells them. Read once. */
export function personaCards(): readonly PersonaCard[] {
  cards ??= shippedPersonas().map((persona) => ({
    ...persona,
    rules: personaRules(persona),
    sentences: personaSentences(persona),
  }))
  return cards
}
