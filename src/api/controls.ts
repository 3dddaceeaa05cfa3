/** Who writes rules and answers for the desk: the capture is opened for writing with the first of them, not before. */
import { openControl, type Control } from '../store/control.ts'
import { inForce } from '../store/in-force.ts'
import type { InstanceRow, RuleRow } from '../store/rows.ts'

export interface Controls {
  /** Does something to rules or held messages, and says so to the process the desk belongs to. Throws as `openControl` and what it does. */
  write<T>(what: (control: Control) => T): T
  /** The same with rules; resolves when they act in every process they are for, or after 2 s. */
  change<Changed extends RuleRow | readonly RuleRow[]>(
    what: (control: Control) => Changed,
  ): Promise<RulesChanged<Changed>>
  close(): void
}

export interface RulesChanged<Changed> {
  readonly changed: Changed
  /** Processes that have not said that they act on it. */
  readonly behind: readonly InstanceRow[]
}

/** `wrote`: told after each write, so that nobody has to wait for a poll. */
export function createControls(path: string, wrote: () => void): Controls {
  let control: Control | undefined
  const write: Controls['write'] = (what) => {
    const result = what((control ??= openControl(path)))
    wrote()
    return result
  }
  return {
    write,
    async change(what) {
      const changed = write(what)
      const open = control
      const rules = [changed].flat() as readonly RuleRow[]
      return { changed, behind: open === undefined ? [] : await inForce(open, rules) }
    },
    close() {
      control?.close()
      control = undefined
    },
  }
}
