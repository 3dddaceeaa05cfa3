/**
 * What can be done to live traffic: one damage per file, and the engine that does it when a rule says so. `Fault` is the shape of a
 * damage, `Rule` says when to do it, `parseRule` reads one, `createEngine` joins them to connections. To add a fault, write
 * `src/faults/<type>.ts`, its line here, and `test/faults/<type>.test.ts`; help texts, forms and validation follow from it.
 * @module
 */
import { drop } from './drop.ts'
import type { AnyFault } from './fault.ts'
import { latency } from './latency.ts'

/** Every fault there is, by level. */
export const faults: readonly AnyFault[] = [
  // level 1: connection
  latency,
  // level 3: frames and messages
  drop,
]

const byType: ReadonlyMap<string, AnyFault> = new Map(faults.map((fault) => [fault.type, fault]))

/** The fault of that name. */
export function faultOf(type: string): AnyFault | undefined {
  return byType.get(type)
}
