import { applyPatch, type Operation } from 'rfc6902'
import { z } from 'zod'
import type { Analysis } from '../filter/index.ts'
import { pass } from '../pipe/action.ts'
import type { Damage, Fault } from './fault.ts'
import { errorBody } from './http-error.ts'
import { changeJson, messagesIn, type JsonMessage } from './json-change.ts'

const STATES = {
  altered: 'alters requestState',
  expired: 'answers that requestState has expired',
  removed: 'removes requestState',
  replayed: 'puts the requestState of an earlier message in place',
} as const

export interface MutateOptions {
  readonly patch: readonly Operation[]
  /** Left open: the result where the match is about answers alone, else params. */
  readonly on?: 'params' | 'result' | 'message' | undefined
  readonly desync: boolean
  readonly 'request-state'?: keyof typeof STATES | undefined
}

const PARTS = { params: 'params', result: 'the result', message: 'the message' } as const

/** Nothing but answers can match. */
const aboutAnswers = (match: Analysis | null): boolean =>
  match !== null && !match.possible({ message: 'request' }) && !match.possible({ message: 'notification' })

const operation = z.looseObject({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
  path: z.string().regex(/^(\/.*)?$/, 'a JSON pointer: /arguments/name'),
})

/** Changes params or result by a JSON Patch (RFC 6902). In the stateless era the mirrored headers follow, unless they are to be out of step. */
export const mutate: Fault<MutateOptions> = {
  type: 'mutate',
  level: 3,
  summary: 'changes params or results by a JSON Patch',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  suited: ({ on, ...options }, match) => ({ ...options, on: on ?? (aboutAnswers(match) ? 'result' : 'params') }),
  narrow: ({ on = 'params' }) =>
    ({ params: '(kind:request or kind:notification)', result: 'kind:response', message: '' })[on],
  direction: 'both',
  per: 'message',
  displaces: (options) => options['request-state'] === 'expired',
  options: z
    .strictObject({
      patch: z
        .array(operation)
        .meta({ examples: [[{ op: 'replace', path: '/arguments/city', value: 'Oslo' }]] })
        .default([])
        .transform((all) => all as unknown as Operation[])
        .describe('RFC 6902: [{op: replace, path: /arguments/city, value: Oslo}]'),
      on: z
        .enum(['params', 'result', 'message'])
        .optional()
        .describe('What the paths begin at. Default: params, or result where the match is about answers'),
      desync: z.boolean().default(false).describe('Leaves the headers that mirror the body as they were (2026-07-28)'),
      'request-state': z
        .enum(['altered', 'expired', 'removed', 'replayed'])
        .optional()
        .describe(
          'What becomes of the opaque requestState of params or result, as `on` says (2026-07-28); expired: -32602 in place of an answer',
        ),
    })
    .refine(
      (options) => options.patch.length > 0 || options['request-state'] !== undefined,
      'needs a patch or request-state',
    ),
  explain: ({ patch, on = 'params', desync, 'request-state': state }) =>
    `changes {it}: ${[
      ...patch.map(({ op, path }) => `${op} ${path} of ${PARTS[on]}`),
      ...(state === undefined ? [] : [STATES[state]]),
    ].join(', ')}` + (desync ? ', and leaves the mirrored headers as they were' : ''),
  stage: (options, tools) => {
    const { patch, on = 'params', desync, 'request-state': as } = options
    if (as === 'expired') return expired
    return changeJson(
      (message, { meaning }) => {
        const copy = structuredClone(message)
        const target = on === 'message' ? copy : copy[on]
        let any = false
        if (patch.length > 0 && isRecord(target)) {
          const errors = applyPatch(target, structuredClone(patch) as Operation[])
          const failed = errors.find((error) => error !== null)
          if (failed !== undefined) {
            tools.notApplied(`${failed.name}: ${failed.message}`)
            return undefined
          }
          any = true
        }
        if (as !== undefined && stateChanged(target, as, tools.shared, meaning.subject.session ?? '')) any = true
        return any ? copy : undefined
      },
      tools,
      { sync: !desync },
    )
  },
}

/** The server seems to have forgotten what it asked: the retry is answered with an error, and never gets there. */
const expired: Damage = (event) => {
  if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
  const stale = messagesIn(event).find(({ params }) => isRecord(params) && 'requestState' in params)
  const id = JSON.stringify(stale?.['id'] ?? null)
  const bytes =
    stale === undefined || event.direction === 's2c'
      ? null
      : event.meaning.answer(errorBody(-32602, 'Invalid params: requestState has expired', id))
  return [bytes === null ? pass(event) : { do: 'reply', bytes }]
}

/** Gives whether there was one to change. */
function stateChanged(
  holder: unknown,
  as: Exclude<keyof typeof STATES, 'expired'>,
  shared: Map<string, unknown>,
  session: string,
): boolean {
  if (!isRecord(holder) || !('requestState' in holder)) return false
  const { requestState } = holder
  const earlier = shared.get(`state ${session}`)
  if (earlier === undefined) shared.set(`state ${session}`, requestState)
  if (as === 'removed') delete holder['requestState']
  else if (as === 'replayed') holder['requestState'] = earlier ?? requestState
  else holder['requestState'] = altered(requestState)
  return as !== 'replayed' || (earlier !== undefined && earlier !== requestState)
}

const isRecord = (value: unknown): value is JsonMessage => typeof value === 'object' && value !== null

/** Another last character: what a signature must notice. */
function altered(state: unknown): unknown {
  if (typeof state !== 'string' || state === '') return 'mitmcp'
  return state.slice(0, -1) + (state.endsWith('A') ? 'B' : 'A')
}
