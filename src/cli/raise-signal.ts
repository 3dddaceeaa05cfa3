import { constants } from 'node:os'

/** Ends this process by a signal, as a child of it has ended; where the signal does not end us, a shell's code for it does. */
export const raiseSignal = (signal: NodeJS.Signals): void => {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  // delivered before the next turn of the loop; SIGQUIT and the like may dump core first
  process.exitCode = 128 + (constants.signals[signal] ?? 0)
}
