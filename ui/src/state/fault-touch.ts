import type { FrameRow } from '../../../src/api/contract.ts'

/** What rules did to a frame, in one word. */
export type Touch = 'ours' | 'dropped' | 'edited' | 'cut' | 'late' | 'touched'

/** Held up for so long is worth the word, in microseconds. */
const lateAfter = 1000

type Touched = Pick<FrameRow, 'faults' | 'ours' | 'droppedBy' | 'edits' | 'sentAt' | 'sentLastAt' | 'receivedLastAt'>

/** Null where no rule did anything. */
export function touchOf(row: Touched): Touch | null {
  const { faults, ours, droppedBy, edits, sentAt, sentLastAt, receivedLastAt } = row
  if (faults.length === 0) return null
  if (ours !== null && faults.includes(ours)) return 'ours'
  if (droppedBy !== null) return 'dropped'
  if (edits.some((rule) => faults.includes(rule))) return 'edited'
  if (sentAt !== null && sentLastAt === null) return 'cut'
  return sentLastAt !== null && sentLastAt - receivedLastAt >= lateAfter ? 'late' : 'touched'
}

const said: Record<Touch, string> = {
  ours: 'Made by',
  dropped: 'Dropped by',
  edited: 'Changed by',
  cut: 'Cut off by',
  late: 'Held up by',
  touched: 'Met by',
}

/** The word, and the rules: `Dropped by lose-it, late`. */
export const touchText = (touch: Touch, { faults }: Pick<FrameRow, 'faults'>): string =>
  `${said[touch]} ${faults.join(', ')}`

/** The word as the list has it. */
export const touchWord = (touch: Touch): string =>
  touch === 'touched' ? 'fault' : touch === 'ours' ? 'made by rule' : touch
