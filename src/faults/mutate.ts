import { applyPatch, type Operation } from 'rfc6902'
import { z } from 'zod'
import type { Fault } from './fault.ts'
import { changeJson, type JsonMessage } from './json-change.ts'

const STATES = {
  altered: 'alters requestState',
  removed: 'removes requestState',
  replayed: 'puts the requestState of an earlier message in place',
} as const

export interface MutateOptions {
  readonly patch: readonly Operation[]
  readonly on: 'params' | 'result' | 'message'
  readonly desync: boolean
  readonly 'request-state'?: keyof typeof STATES | undefined
}

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
  direction: 'both',
  per: 'message',
  options: z
    .strictObject({
      patch: z
        .array(operation)
        .default([])
        .transform((all) => all as unknown as Operation[])
        .describe('RFC 6902: [{op: replace, path: /arguments/city, value: Oslo}]'),
      on: z.enum(['params', 'result', 'message']).default('params').describe('What the paths begin at'),
      desync: z.boolean().default(false).describe('Leaves the headers that mirror the body as they were (2026-07-28)'),
      'request-state': z
        .enum(['altered', 'removed', 'replayed'])
        .optional()
        .describe('What becomes of the opaque requestState (2026-07-28)'),
    })
    .refine(
      (options) => options.patch.length > 0 || options['request-state'] !== undefined,
      'needs a patch or request-state',
    ),
  explain: ({ patch, on, desync, 'request-state': state }) =>
    `changes {it}: ${[
      ...patch.map(({ op, path }) => `${op} ${path} of ${on === 'message' ? 'the message' : on}`),
      ...(state === undefined ? [] : [STATES[state]]),
    ].join(', ')}` + (desync ? ', and leaves the mirrored headers as they were' : ''),
  stage: (options, tools) => {
    const { patch, on, desync } = options
    return changeJson(
      (message, { meaning }) => {
        const copy = structuredClone(message)
        const target = on === 'message' ? copy : copy[on]
        let any = false
        if (patch.length > 0 && typeof target === 'object' && target !== null) {
          const errors = applyPatch(target, structuredClone(patch) as Operation[])
          const failed = errors.find((error) => error !== null)
          if (failed !== undefined) {
            tools.notApplied(`${failed.name}: ${failed.message}`)
            return undefined
          }
          any = true
        }
        const as = options['request-state']
        if (as !== undefined && stateChanged(copy, as, tools.shared, meaning.subject.session ?? '')) any = true
        return any ? copy : undefined
      },
      tools,
      { sync: !desync },
    )
  },
}

/** Params or result, whichever has one. Gives whether there was one to change. */
function stateChanged(
  message: JsonMessage,
  as: keyof typeof STATES,
  shared: Map<string, unknown>,
  session: string,
): boolean {
  const holder = [message['params'], message['result']].find(
    (part): part is Record<string, unknown> => typeof part === 'object' && part !== null && 'requestState' in part,
  )
  if (holder === undefined) return false
  const { requestState } = holder
  const earlier = shared.get(`state ${session}`)
  if (earlier === undefined) shared.set(`state ${session}`, requestState)
  if (as === 'removed') delete holder['requestState']
  else if (as === 'replayed') holder['requestState'] = earlier ?? requestState
  else holder['requestState'] = altered(requestState)
  return as !== 'replayed' || (earlier !== undefined && earlier !== requestState)
}

/** Another last character: what a signature must notice. */
function altered(state: unknown): unknown {
  if (typeof state !== 'string' || state === '') return 'mitmcp'
  return state.slice(0, -1) + (state.endsWith('A') ? 'B' : 'A')
}
