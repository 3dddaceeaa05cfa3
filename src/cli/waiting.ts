import type { CallRow } from '../store/rows.ts'
import type { Output } from './output.ts'
import { printable, shortened } from './printable.ts'
import { durationText } from './units.ts'

/** Ages at which a call that still waits is told where no bottom line can be redrawn, in microseconds. */
const AGES = [5e6, 30e6, 300e6]

const named = ({ method, tool }: CallRow): string => printable(tool === null ? method : `${method} ${tool}`)

/** The bottom line: which calls wait, and for how long; the empty string when none does. Younger than half a second is no waiting. */
export const waitingLine = (calls: readonly CallRow[], now: number, output: Output): string => {
  const old = calls.filter(({ requestedAt }) => now - requestedAt > 500_000)
  if (old.length === 0) return ''
  const texts = old.map((call) => `${named(call)} ${durationText(tenths(now - call.requestedAt))}`)
  const room = Math.min(output.width, 200) - 1
  return output.paint('warn', shortened(`${old.length} waiting: ${texts.join(', ')}`, room))
}

/** Whole tenths of a second: a line that changes more often only flickers. */
const tenths = (microseconds: number): number => Math.floor(microseconds / 100_000) * 100_000

/** Gives a function that says, once for each age passed, which calls still wait. For output that cannot be redrawn. */
export const waitingNotes = (): ((calls: readonly CallRow[], now: number) => string[]) => {
  const passed = new Map<number, number>()
  return (calls, now) => {
    for (const id of passed.keys()) if (!calls.some((call) => call.id === id)) passed.delete(id)
    return calls.flatMap((call) => {
      const reached = AGES.filter((age) => now - call.requestedAt >= age).length
      if (reached <= (passed.get(call.id) ?? 0)) return []
      passed.set(call.id, reached)
      return [
        `${named(call)} #${printable(call.rpcId)} is not answered yet, after ${durationText(now - call.requestedAt)}`,
      ]
    })
  }
}
