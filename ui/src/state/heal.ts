import { announce } from './announce.ts'
import type { App } from './app-state.ts'
import { settle } from './settle.ts'

/** Ends every rule in every process, and says how many. */
export async function healAll({ faults }: Pick<App, 'faults'>): Promise<void> {
  if (faults.rules.value.length === 0) return announce('There is nothing to heal: no fault is on')
  let ended = 0
  const done = await settle(
    faults.heal().then((count) => (ended = count)),
    null,
  )
  if (done) announce(ended === 1 ? '1 fault healed' : `${ended} faults healed`)
}
