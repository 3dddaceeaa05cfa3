import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Damage, Fault, FaultAction, Tools } from './fault.ts'
import { changeJson } from './json-change.ts'
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
    return (event) => {
      if (event.kind === 'start') return []
      if (event.kind === 'tick') return kept.take(1).map(pass)
      if (event.kind === 'end')
        return event.direction === 's2c' ? [...kept.take().map(pass), pass(event)] : [pass(event)]
      if (event.kind !== 'frame' || event.direction === 'c2s') return [pass(event)]
      const { messages, kind } = event.meaning.subject
      if (messages.some(({ method }) => method === 'notifications/progress')) {
        if (as === 'starve') return []
        kept.push(event)
        return as === 'late' ? [{ do: 'wake', ms: delay, token: 'late' }] : []
      }
      const answers = messages.some((message) => message.kind === 'response' || message.kind === 'error')
      if (as === 'after-result' && answers) return behind(event, kept.take())
      return kind === 'end' ? [...kept.take().map(pass), pass(event)] : [pass(event)]
    }
  },
}

const behind = (event: FaultFrame, held: ReturnType<Tools['kept']['take']>): FaultAction[] => [
  pass(event),
  ...held.map(pass),
]

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
