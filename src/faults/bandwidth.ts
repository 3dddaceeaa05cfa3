import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { pieces } from './pieces.ts'
import { rate, rateText, size } from './values.ts'

export interface BandwidthOptions {
  readonly rate: number
  readonly burst: number
}

/** Pieces are as large as what passes in this time: small enough to be smooth, large enough to be cheap. */
const SLICE_MS = 10

/** Paces each direction smoothly: no more than `burst` bytes ahead of `rate`. */
export const bandwidth: Fault<BandwidthOptions> = {
  type: 'bandwidth',
  level: 1,
  summary: 'lets through only so many bytes a second, smoothly',
  needs: 'bytes',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    rate: rate.describe('Bytes a second, in each direction'),
    burst: size.prefault('0b').describe('Bytes that may pass at once after a rest'),
  }),
  explain: ({ rate }) => `slows {it} down to ${rateText(rate)} in each direction`,
  stage: ({ rate, burst }) => {
    /** When everything let through so far has been paid for, µs. */
    const paidAt = { c2s: 0, s2c: 0 }
    const cost = 1_000_000 / rate
    const slice = Math.max(1, Math.floor((rate * SLICE_MS) / 1000))
    return (event) => {
      if (event.kind === 'start' || event.kind === 'tick') return []
      if (event.kind === 'end') return [pass(event)]
      const actions: FaultAction[] = []
      let waited = 0
      for (const piece of pieces(event, [slice])) {
        const length = piece.kind === 'chunk' ? piece.bytes.length : piece.frame.raw.length
        const from = Math.max(paidAt[event.direction], event.at)
        paidAt[event.direction] = from + length * cost
        const due = Math.max(0, paidAt[event.direction] - burst * cost - event.at) / 1000
        if (due > waited) actions.push({ do: 'wait', ms: due - waited })
        waited = Math.max(waited, due)
        actions.push(pass(piece))
      }
      return actions
    }
  },
}
