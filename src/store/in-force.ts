import { setTimeout as passed } from 'node:timers/promises'
import type { Control } from './control.ts'
import type { InstanceRow, RuleRow } from './rows.ts'

/** A process looks for rules ten times a second, and loads what they are with the first. */
const PATIENCE_MS = 2000
const LOOK_MS = 5

/** Waits until what was just written about these rules acts in every process it is for, at most 2 s. Gives those that have not answered. */
export async function inForce(
  control: Pick<Control, 'revision' | 'behind'>,
  rules: readonly Pick<RuleRow, 'instance'>[],
): Promise<readonly InstanceRow[]> {
  const revision = control.revision()
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const behind = control.behind(revision, rules)
    if (behind.length === 0 || performance.now() >= until) return behind
    await passed(LOOK_MS)
  }
}
