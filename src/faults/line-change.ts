/** Rewrites the lines a server process writes. */
import { pass } from '../pipe/action.ts'
import type { Damage } from './fault.ts'
import { withRaw } from './unit.ts'

/** Gives each line other bytes; `raw` has its line end. Null leaves it. */
export function changeLines(change: (raw: Buffer) => Uint8Array | null): Damage {
  return (event) => {
    if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
    const raw = event.meaning.subject.kind === 'line' ? change(Buffer.from(event.frame.raw)) : null
    return [pass(raw === null ? event : withRaw(event, raw))]
  }
}
