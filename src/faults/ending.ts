/** How a fault ends what it ends: one parameter, everywhere. */
import { z } from 'zod'
import type { CutSide } from '../pipe/action.ts'
import type { FaultAction, Tools } from './fault.ts'
import type { FaultFrame } from './unit.ts'

/** `clean`: properly terminated; `fin`: closed without the terminator; `rst`: reset; `hang`: nothing more, stays open; `ws:<code>`: a close frame. */
export type End = 'clean' | 'fin' | 'rst' | 'hang' | `ws:${number}`

/** The option `end` of every fault that ends something. */
export const end = z
  .union([
    z.enum(['clean', 'fin', 'rst', 'hang']),
    z.string().regex(/^ws:(1\d{3}|[34]\d{3})$/, 'clean, fin, rst, hang, or ws:<code> from 1000 to 4999'),
  ])
  .describe(
    'How it ends: clean (properly terminated), fin (closed without the terminator), rst (reset), hang (silent, stays open), ws:<code>',
  )
  .transform((value) => value as End)

/** The option `side`. */
export const side = z
  .enum(['both', 'client', 'server'])
  .describe('Whose connection is ended: the client’s, the server’s, or both')

const WORDS = { clean: 'a proper end', fin: 'a close', rst: 'a reset', hang: 'silence' } as const

/** `a reset`, `a close frame 1001`. */
export const endWords = (how: End): string =>
  how === 'clean' || how === 'fin' || how === 'rst' || how === 'hang' ? WORDS[how] : `close frame ${how.slice(3)}`

/** A peer that gets bytes and the reset behind them in one go may read an ordinary end (libuv, 43 of 200), so these bytes get time to be read. */
const RST_GAP = { do: 'wait', ms: 10, since: 'now' } as const

/** What ends the connection so. `unit`: the newest of the direction that is ended, which knows how it is properly done. */
export function endActions(how: End, side: CutSide, unit: FaultFrame | null, tools: Tools): FaultAction[] {
  if (how === 'rst') return [RST_GAP, { do: 'cut', how, side }]
  if (how === 'fin' || how === 'hang') return [{ do: 'cut', how, side }]
  const code = how === 'clean' ? undefined : Number(how.slice(3))
  const bytes = unit?.meaning.terminator(code) ?? null
  if (bytes === null) tools.notApplied(`nothing here ends with ${endWords(how)}: closed instead`)
  return [...(bytes === null ? [] : [{ do: 'write', bytes } as const]), { do: 'cut', how: 'fin', side }]
}
