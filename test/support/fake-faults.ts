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

/** Keeps clients waiting. */
export const doorman: Fault<object> = { ...deny, type: 'doorman', admit: () => ({ do: 'hang', ms: null }) }

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

/** Keeps everything until the rule goes, or so many are there. */
export const keep: Fault<{ many: number }> = {
  type: 'keep',
  level: 3,
  summary: 'keeps messages',
  needs: 'units',
  applies: everywhere,
  direction: 'both',
  per: 'connection',
  options: z.strictObject({ many: z.int().default(100).describe('How many') }),
  explain: ({ many }) => `keeps {it} until there are ${many}`,
  stage:
    ({ many }, { kept }) =>
    (event) => {
      if (event.kind === 'start' || event.kind === 'tick') return []
      if (event.kind === 'end') return [...kept.take().map(pass), pass(event)]
      kept.push(event)
      return kept.length < many ? [] : kept.take().map(pass)
    },
}

/** Swallows bytes for good. */
export const eat: Fault<object> = {
  type: 'eat',
  level: 1,
  summary: 'swallows bytes',
  needs: 'bytes',
  applies: everywhere,
  direction: 'both',
  per: 'connection',
  eats: () => true,
  options: none,
  explain: () => 'swallows {it}',
  stage: () => (event) => (event.kind === 'end' ? [pass(event)] : []),
}

/** Is wrong. */
export const wrong: Fault<object> = {
  ...eat,
  type: 'wrong',
  stage: () => (event) => {
    if (event.kind === 'start') return []
    throw new Error('oh no')
  },
}

/** Says something later, and once more over there. */
export const later: Fault<object> = {
  ...eat,
  type: 'later',
  direction: 's2c',
  eats: () => false,
  stage: () => (event) => {
    if (event.kind === 'start') return [{ do: 'wake', ms: 50, token: 'first' }]
    if (event.kind !== 'tick') return [pass(event)]
    return [
      { do: 'write', bytes: Buffer.from(String(event.token)) },
      { do: 'write', bytes: Buffer.from('over there'), to: { connection: event.connection, direction: 'c2s' } },
    ]
  },
}

/** Shuts the port for a minute, and resets who is there. */
export const shut: Fault<object> = {
  ...deny,
  type: 'shut',
  closesPort: () => ({ ms: 60_000 }),
  existing: () => 'rst',
}

/** Leads elsewhere. */
export const astray: Fault<object> = {
  ...deny,
  type: 'astray',
  needs: 'dial',
  admit: () => ({ do: 'accept' }),
  dial: () => ({ do: 'fail', as: '503' }),
  existing: () => 'fin',
}

/** Puts a message by for a while. */
export const briefly: Fault<object> = {
  ...eat,
  type: 'briefly',
  needs: 'units',
  per: 'message',
  eats: () => false,
  explain: () => 'keeps {it} briefly',
  stage:
    (_, { kept }) =>
    (event) => {
      if (event.kind === 'tick') return kept.take().map(pass)
      if (event.kind === 'frame') kept.push(event)
      return [{ do: 'wake', ms: 20, token: 'out' }]
    },
}

/** Starts late. */
export const sleepy: Fault<object> = { ...deny, type: 'sleepy', needs: 'process', starting: () => 2000 }

export const fakeFaults: readonly AnyFault[] = [
  latency,
  drop,
  snap,
  deny,
  gone,
  keep,
  eat,
  wrong,
  later,
  shut,
  astray,
  sleepy,
  briefly,
]
