/** Who writes rules and answers for the desk: the capture is opened for writing with the first of them, not before. */
import { openControl, type Control } from '../store/control.ts'

export interface Controls {
  /** Does something to rules or held messages, and says so to the process the desk belongs to. Throws as `openControl` and what it does. */
  write<T>(what: (control: Control) => T): T
  close(): void
}

/** `wrote`: told after each write, so that nobody has to wait for a poll. */
export function createControls(path: string, wrote: () => void): Controls {
  let control: Control | undefined
  return {
    write(what) {
      const result = what((control ??= openControl(path)))
      wrote()
      return result
    },
    close() {
      control?.close()
      control = undefined
    },
  }
}
