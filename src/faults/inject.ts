import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import type { FaultFrame } from './unit.ts'

export interface InjectOptions {
  readonly message: string
  readonly at: 'before' | 'after' | 'instead'
}

/** A message of ours beside one that matches. Either way: in the direction of what matches. */
export const inject: Fault<InjectOptions> = {
  type: 'inject',
  level: 3,
  summary: 'puts a message of yours beside one that matches',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 's2c',
  // a head or a filler is no place for a message, a whole HTTP message has none
  otherwise: '(kind:event or transport:websocket or transport:stdio) kind:request|notification|response|error',
  per: 'message',
  displaces: ({ at }) => at === 'instead',
  options: z.strictObject({
    message: z
      .union([z.string(), z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value))])
      .describe('The JSON, as text or as an object; text need be no good message')
      .meta({ examples: ['{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'] }),
    at: z.enum(['before', 'after', 'instead']).default('after').describe('Where, seen from the message that matches'),
  }),
  explain: ({ message, at }) => {
    const shown = message.length > 60 ? `${message.slice(0, 57)}…` : message
    return at === 'instead' ? `replaces {it} by ${shown}` : `adds ${shown} ${at} {it}`
  },
  stage:
    ({ message, at }, tools) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      const bytes = event.meaning.another(message)
      if (bytes === null || !hasRoom(event, at)) {
        tools.notApplied(bytes === null ? 'a whole HTTP message has no room for another' : `no room ${at} it`)
        return [pass(event)]
      }
      const ours = { do: 'write', bytes } as const
      if (at === 'instead') return [ours]
      return at === 'before' ? [ours, pass(event)] : [pass(event), ours]
    },
}

/** In front of the head of a stream, and behind what ends it, is none. */
function hasRoom({ meaning: { subject } }: FaultFrame, at: InjectOptions['at']): boolean {
  if (subject.kind === 'end' || subject.kind === 'close') return at === 'before'
  return subject.kind !== 'head' || at === 'after'
}
