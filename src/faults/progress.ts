import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Damage, Fault, Tools } from './fault.ts'
import { changeJson, messagesIn } from './json-change.ts'
import { isBorder, isLoose } from './stream-border.ts'
import type { FaultFrame } from './unit.ts'
import { duration, durationText } from './values.ts'

export interface ProgressOptions {
  readonly as: 'starve' | 'late' | 'after-result' | 'no-token'
  readonly delay: number
}

/** Progress that never comes, comes late, or comes behind the result it was about; or the token that asks for it is taken out. */
export const progress: Fault<ProgressOptions> = {
  type: 'progress',
  level: 3,
  summary: 'starves, delays or misplaces progress notifications',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 'both',
  per: 'session',
  displaces: ({ as }) => as !== 'no-token',
  hears: true,
  options: z.strictObject({
    as: z
      .enum(['starve', 'late', 'after-result', 'no-token'])
      .default('starve')
      .describe('None comes; each is late; all come behind the result; or requests lose their progressToken'),
    delay: duration.prefault('1s').describe('How late, for late'),
  }),
  explain: ({ as, delay }) =>
    ({
      starve: 'withholds progress notifications',
      late: `delays progress notifications by ${durationText(delay)} while other messages overtake them`,
      'after-result': 'delivers progress notifications behind the result they are about',
      'no-token': 'takes the progressToken out of requests',
    })[as],
  stage: ({ as, delay }, tools) => {
    if (as === 'no-token') return withoutToken(tools)
    const { kept } = tools
    /** The id of the request that gave a token. */
    const requests = new Map<unknown, unknown>()
    let round = 0
    return (event) => {
      if (event.kind === 'start') return []
      if (event.kind === 'tick') return event.token === round ? kept.take(1).map(pass) : []
      if (event.kind !== 'frame') return event.kind === 'end' ? [...kept.take().map(pass), pass(event)] : [pass(event)]
      if (event.direction === 'c2s') {
        for (const { id, token } of asking(event)) requests.set(token, id)
        return [pass(event)]
      }
      if (isBorder(event)) {
        round++
        return [...kept.take().map(pass), pass(event)]
      }
      const { messages } = event.meaning.subject
      if (isLoose(event) && messages.some(({ method }) => method === 'notifications/progress')) {
        if (as === 'starve') return []
        kept.push(event)
        return as === 'late' ? [{ do: 'wake', ms: delay, token: round }] : []
      }
      const answered =
        as === 'after-result'
          ? messagesIn(event)
              .filter(isAnswered)
              .map(({ id }) => id)
          : []
      return [pass(event), ...(answered.length === 0 ? [] : takeAbout(answered, requests, kept).map(pass))]
    }
  },
}

const isAnswered = (message: object): boolean => 'result' in message || 'error' in message

/** What is held and about one of these requests, or about none that is known. The rest is kept. */
function takeAbout(ids: readonly unknown[], requests: Map<unknown, unknown>, kept: Tools['kept']) {
  return kept.take().filter((held) => {
    const about = messagesIn(held as FaultFrame).map(({ params }) => tokenOf(params))
    const go = about.some((token) => !requests.has(token) || ids.includes(requests.get(token)))
    if (!go) kept.push(held)
    return go
  })
}

const tokenOf = (params: unknown): unknown => (params as { progressToken?: unknown } | undefined)?.progressToken

/** Ids and tokens of requests that want progress. */
const asking = (event: FaultFrame): { readonly id: unknown; readonly token: unknown }[] =>
  messagesIn(event).flatMap(({ id, params }) => {
    const token = tokenOf((params as { _meta?: unknown } | undefined)?._meta)
    return id === undefined || token === undefined ? [] : [{ id, token }]
  })

function withoutToken(tools: Tools): Damage {
  const change = changeJson(
    (message) => {
      const { params } = message as { params?: { _meta?: Record<string, unknown> } }
      if (params?._meta?.['progressToken'] === undefined) return undefined
      const { progressToken: _token, ...meta } = params._meta
      return { ...message, params: { ...params, _meta: meta } }
    },
    { ...tools, notApplied: () => undefined },
  )
  return (event) => {
    if (event.kind === 'start' || event.kind === 'tick') return []
    return event.kind === 'frame' && event.direction === 'c2s' ? change(event) : [pass(event)]
  }
}
