/** Faults as there may be, each as simple as can be, for what is about rules and not about damage. */
import { z } from 'zod'
import { pass } from '../../src/pipe/action.ts'
import type { AnyFault, Fault } from '../../src/faults/fault.ts'
import { drop } from '../../src/faults/drop.ts'
import { latency } from '../../src/faults/latency.ts'
import { oneOf } from '../../src/faults/values.ts'

const none = z.strictObject({})
const everywhere = ['http', 'sse', 'websocket', 'stdio', 'opaque'] as const

const end = z.strictObject({ end: oneOf(['fin', 'rst']).default('rst').describe('How') })
/** Ends a stream at the next event of its scope. */
export const snap: Fault<z.infer<typeof end>> = {
  type: 'snap',
  level: 1,
  summary: 'ends things',
  needs: 'bytes',
  applies: everywhere,
  direction: 's2c',
  per: 'stream',
  ends: true,
  options: end,
  explain: ({ end: how }) => `ends {it} with ${how === 'rst' ? 'a reset' : 'a FIN'}`,
  stage:
    ({ end: how }) =>
    (event) =>
      event.kind === 'start' ? [{ do: 'cut', how, side: 'both' }] : event.kind === 'tick' ? [] : [pass(event)],
}

/** Turns no client away unless told how. */
export const deny: Fault<object> = {
  type: 'deny',
  level: 1,
  summary: 'turns clients away',
  needs: 'listener',
  applies: everywhere,
  direction: 'both',
  per: 'connection',
  options: none,
  explain: () => 'turns clients away',
  admit: () => ({ do: 'rst' }),
}

/** Says 404 to requests. */
export const gone: Fault<{ code: number }> = {
  type: 'gone',
  level: 2,
  summary: 'answers 404',
  needs: 'units',
  applies: ['http', 'sse'],
  narrow: 'dir:c2s',
  direction: 'c2s',
  per: 'message',
  options: z.strictObject({ code: z.int().default(404).describe('Status') }),
  explain: ({ code }) => `answers {it} with status ${code}`,
  stage:
    ({ code }) =>
    (event) => {
      const bytes = event.kind === 'frame' ? event.meaning.respond(code, {}, '') : null
      return bytes === null ? [pass(event as never)] : [{ do: 'reply', bytes }]
    },
}

export const fakeFaults: readonly AnyFault[] = [latency, drop, snap, deny, gone]
