import { constants } from 'node:os'

/** Ends this process by a signal, as a child of it has ended; where the signal does not end us, a shell's code for it does. */
export const raiseSignal = (signal: NodeJS.Signals): void => {
  try {
    // adding and removing a listener brings back what the system does by itself, for those Node ignores too
    process.on(signal, () => undefined)
    process.removeAllListeners(signal)
  } catch {
    // SIGKILL and SIGSTOP cannot be listened to
  }
  process.kill(process.pid, signal)
  // delivered before the next turn of the loop; SIGQUIT and the like may dump core first
  process.exitCode = 128 + (constants.signals[signal] ?? 0)
}
