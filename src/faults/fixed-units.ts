import { pass } from '../pipe/action.ts'
import type { AnyFault, Damage, Tools } from './fault.ts'

/** The damage, but for messages that may not be taken out of their place: these go on as they are, and the record says why. */
export function sparingFixed({ displaces }: AnyFault, options: unknown, damage: Damage, tools: Tools): Damage {
  if (displaces?.(options) !== true) return damage
  return (event) => {
    if (event.kind !== 'frame' || event.meaning.fixed == null) return damage(event)
    tools.notApplied(event.meaning.fixed)
    return [pass(event)]
  }
}
