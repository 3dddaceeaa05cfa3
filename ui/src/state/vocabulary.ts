import { signal, type ReadonlySignal } from '@preact/signals'
import type { ApiError, FaultRegistry, PersonaCard } from '../../../src/api/contract.ts'
import { errorOf, type Api } from '../api/client.ts'

/** What faults and personas there are: read once, when somebody wants to know. */
export interface Vocabulary {
  /** Null until it is known. */
  readonly registry: ReadonlySignal<FaultRegistry | null>
  readonly personas: ReadonlySignal<readonly PersonaCard[] | null>
  readonly error: ReadonlySignal<ApiError | null>
  readonly learn: () => Promise<void>
}

export function createVocabulary(api: Api): Vocabulary {
  const registry = signal<FaultRegistry | null>(null)
  const personas = signal<readonly PersonaCard[] | null>(null)
  const error = signal<ApiError | null>(null)
  let learning: Promise<void> | null = null
  const read = async () => {
    error.value = null
    try {
      registry.value = await api.get<FaultRegistry>('/api/faults')
      personas.value = await api.get<PersonaCard[]>('/api/personas')
    } catch (cause) {
      error.value = errorOf(cause)
      learning = null
    }
  }
  return { registry, personas, error, learn: () => (learning ??= read()) }
}
