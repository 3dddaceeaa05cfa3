import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { duration, durationText } from './values.ts'

export interface WsControlOptions {
  readonly as: 'drop-ping' | 'drop-pong' | 'delay-pong' | 'flood'
  readonly delay: number
  readonly count: number
}

/** Pings and pongs of a WebSocket: lost, late, or too many (RFC 6455 §5.5). */
export const wsControl: Fault<WsControlOptions> = {
  type: 'ws-control',
  level: 3,
  summary: 'drops or delays pings and pongs of a WebSocket, or floods it with pings',
  needs: 'units',
  applies: ['websocket'],
  narrow: 'transport:ws',
  direction: 'both',
  per: 'connection',
  options: z.strictObject({
    as: z.enum(['drop-ping', 'drop-pong', 'delay-pong', 'flood']).default('drop-pong').describe('What becomes of them'),
    delay: duration.prefault('5s').describe('How late pongs are, for delay-pong'),
    count: z.int().min(1).max(100_000).default(100).describe('Pings behind each message from the server, for flood'),
  }),
  explain: ({ as, delay, count }) =>
    ({
      'drop-ping': 'drops pings',
      'drop-pong': 'drops pongs',
      'delay-pong': `delays pongs by ${durationText(delay)}`,
      flood: `sends ${count} pings behind each message of the server`,
    })[as],
  stage:
    ({ as, delay, count }, { kept }) =>
    (event) => {
      if (event.kind === 'start') return []
      if (event.kind === 'tick') return kept.take(1).map(pass)
      if (event.kind === 'end') return [...kept.take().map(pass), pass(event)]
      if (event.kind !== 'frame') return [pass(event)]
      const { kind } = event.meaning.subject
      if (kind === 'ping' && as === 'drop-ping') return []
      if (kind === 'pong' && as === 'drop-pong') return []
      if (kind === 'pong' && as === 'delay-pong') {
        kept.push(event)
        return [{ do: 'wake', ms: delay, token: 'pong' }]
      }
      const ping = as === 'flood' && kind === 'message' && event.direction === 's2c' ? event.meaning.heartbeat() : null
      return ping === null
        ? [pass(event)]
        : [pass(event), { do: 'write', bytes: Buffer.concat(Array.from({ length: count }, () => ping)) }]
    },
}
