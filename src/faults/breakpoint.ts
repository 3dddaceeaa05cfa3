import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { HeldEnd } from '../pipe/decision.ts'
import type { Answer, Fault, FaultAction } from './fault.ts'
import { withRaw, type FaultFrame } from './unit.ts'
import { duration, durationText } from './values.ts'

const options = z.strictObject({
  'at-most': duration.prefault('60s').describe('How long a message waits; then it is sent as it is'),
  'keep-alive': duration
    .prefault('15s')
    .describe('How often the client hears a comment or a ping meanwhile, where the protocol has one; 0ms: never'),
})

/** Holds a message, and everything behind it in its direction, until somebody sends it on, edits or drops it. */
export const breakpoint: Fault<z.infer<typeof options>> = {
  type: 'breakpoint',
  level: 3,
  summary: 'holds messages until somebody sends, edits or drops them',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 'both',
  per: 'message',
  options,
  explain: ({ 'at-most': most }) => `holds {it} until somebody decides, at most ${durationText(most)}`,
  stage: ({ 'at-most': most, 'keep-alive': alive }, { kept, notApplied }) => {
    let held: (FaultFrame & { readonly connection: number; readonly direction: 'c2s' | 's2c' }) | null = null
    const until = (): string => `breakpoint ${held?.connection} ${held?.direction} ${held?.offset}`
    const go = (actions: readonly FaultAction[], state: HeldEnd): FaultAction[] => {
      const release: FaultAction[] = [...actions, { do: 'release', until: until() }, { do: 'settle', state }]
      held = null
      return release
    }
    const send = (): FaultAction[] => go(kept.take().map(pass), 'sent')
    /** What others have to be read by still goes to the server. */
    const left = ({ meaning }: FaultFrame): FaultAction[] => {
      if (held?.direction === 'c2s' && (meaning.fixed ?? null) !== null) return send()
      kept.take()
      return go([], 'client-left')
    }
    const answered = (event: FaultFrame, answer: Answer): FaultAction[] => {
      if (answer.do === 'send') return send()
      if (answer.do === 'left') return left(event)
      const raw = answer.do === 'edit' ? event.meaning.withJson(answer.payload) : null
      const fixed = event.meaning.fixed ?? null
      if (raw === null && (answer.do === 'edit' || fixed !== null)) {
        notApplied(`it cannot be ${answer.do === 'edit' ? 'edited' : 'dropped'} here, and was sent as it is`)
        return send()
      }
      kept.take()
      return raw === null ? go([], 'dropped') : go([pass(withRaw(event, raw))], 'edited')
    }
    return (event) => {
      if (event.kind === 'start') return []
      if (event.kind === 'frame') {
        held = event
        kept.push(event)
        const beat: FaultAction[] = alive === 0 ? [] : [{ do: 'wake', ms: alive, token: 'alive' }]
        return [
          { do: 'ask', ms: most },
          { do: 'hold', until: until() },
          { do: 'wake', ms: most, token: 'over' },
          ...beat,
        ]
      }
      if (event.kind !== 'tick') return [pass(event)]
      if (held === null) return []
      if (event.token === 'over') return send()
      if (event.token !== 'alive') return answered(held, event.token as Answer)
      const bytes = held.direction === 's2c' ? held.meaning.heartbeat() : null
      const wake: FaultAction = { do: 'wake', ms: alive, token: 'alive' }
      return bytes === null ? [] : [{ do: 'write', bytes, to: { connection: held.connection, direction: 's2c' } }, wake]
    }
  },
}
