/** What kinds of actions mean for the record and for healing. */
import type { FaultAction, FaultEvent } from '../fault.ts'

const NOTABLE: ReadonlySet<string> = new Set(['cut', 'end', 'signal', 'restart', 'exit', 'reply', 'hold'])

/** Recorded each time, not only when a rule fires; edits are recorded by the pipe. */
export const isNotable = (action: FaultAction): boolean => NOTABLE.has(action.do)

/** A peer is left that hears nothing of it. */
export const leavesWaiting = (action: FaultAction): boolean =>
  action.do === 'cut' && (action.how === 'hang' || action.side !== 'both')

/** Not only lets the event go on as it came. */
export const doesMore = (action: FaultAction, event: FaultEvent): boolean =>
  action.do !== 'pass' || !Object.is(action.event, event)
