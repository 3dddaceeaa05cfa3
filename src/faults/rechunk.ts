import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { pieces } from './pieces.ts'
import { duration, durationText, size, sizeText } from './values.ts'

const BY = ['byte', 'line', 'utf8', 'crlf', 'coalesce'] as const
type By = (typeof BY)[number] | { readonly bytes: number }

export interface RechunkOptions {
  readonly by: By
  readonly gap: number
}

/** Bytes come in other pieces than they were sent in. No peer may mind; many do. */
export const rechunk: Fault<RechunkOptions> = {
  type: 'rechunk',
  level: 3,
  summary: 'delivers the same bytes in other pieces',
  needs: 'bytes',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 's2c',
  per: 'connection',
  options: z.strictObject({
    by: z
      .union([z.enum(BY), size.transform((bytes) => ({ bytes }))])
      .default('byte')
      .describe(
        'byte by byte; by line; within characters of several bytes; between CR and LF; gathered for the time of gap; or pieces of a size',
      ),
    gap: duration.prefault('0ms').describe('Time between two pieces; 0: a turn of the event loop'),
  }),
  explain: ({ by, gap }) => {
    const apart = gap === 0 ? '' : `, ${durationText(gap)} apart`
    if (typeof by === 'object') return `delivers bytes in pieces of ${sizeText(by.bytes)}${apart}`
    return {
      byte: `delivers bytes one by one${apart}`,
      line: `delivers bytes line by line${apart}`,
      utf8: `cuts within characters of several bytes${apart}`,
      crlf: `cuts between CR and LF${apart}`,
      coalesce: `gathers what comes within ${durationText(gap)} into one piece`,
    }[by]
  },
  stage: ({ by, gap }, { kept }) => {
    let waking = false
    return (event) => {
      if (event.kind === 'start') return []
      if (event.kind === 'tick') {
        waking = false
        return kept.take().map(pass)
      }
      if (event.kind === 'end') return [...kept.take().map(pass), pass(event)]
      if (by === 'coalesce') {
        kept.push(event)
        const wake: FaultAction[] = waking ? [] : [{ do: 'wake', ms: gap, token: 'gathered' }]
        waking = true
        return wake
      }
      const bytes = event.kind === 'chunk' ? event.bytes : event.frame.raw
      // no wait at all would let the kernel join them again
      const wait = { do: 'wait', ms: Math.max(gap, 0.1), since: 'now' } as const
      return pieces(event, sizesOf(bytes, by)).flatMap((piece, at) => (at === 0 ? [pass(piece)] : [wait, pass(piece)]))
    }
  },
}

function sizesOf(bytes: Uint8Array, by: Exclude<By, 'coalesce'>): number[] {
  if (typeof by === 'object') return [by.bytes]
  if (by === 'byte') return [1]
  const cuts: number[] = []
  for (let at = 1; at < bytes.length; at++) if (isCut(bytes, at, by)) cuts.push(at)
  return [...cuts, bytes.length].map((cut, at) => cut - (cuts[at - 1] ?? 0))
}

function isCut(bytes: Uint8Array, at: number, by: 'line' | 'utf8' | 'crlf'): boolean {
  const byte = bytes[at] ?? 0
  const before = bytes[at - 1] ?? 0
  if (by === 'line') return before === 10
  return by === 'crlf' ? before === 13 && byte === 10 : (byte & 0xc0) === 0x80
}
