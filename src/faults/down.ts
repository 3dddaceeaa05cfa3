import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { duration, durationText, oneOf } from './values.ts'

export interface DownOptions {
  readonly as: 'refuse' | '502' | '503' | 'hang'
  readonly duration?: number | undefined
  readonly existing: 'keep' | 'fin' | 'rst'
  readonly signal?: NodeJS.Signals | undefined
  readonly restart?: boolean | undefined
  readonly 'wait-ready'?: string | undefined
}

/**
 * The server is gone for a while, as during a deploy; then it is back. One that is a command loses its process, and another is started when
 * it is over; its client hears nothing of that, and what it sends waits.
 */
export const down: Fault<DownOptions> = {
  type: 'down',
  level: 1,
  summary: 'takes the server away for a while, then it is back',
  needs: 'listener',
  applies: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
  direction: 'both',
  per: 'connection',
  options: z
    .strictObject({
      duration: duration.optional().describe('How long; default: until the rule goes'),
      as: z
        .enum(['refuse', '502', '503', 'hang'])
        .default('refuse')
        .describe('What clients see meanwhile: connection refused, a gateway’s 502 or 503, or silence'),
      existing: z
        .enum(['keep', 'fin', 'rst'])
        .default('rst')
        .describe('What becomes of connections that are open; with keep a command stays too'),
      signal: oneOf(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGABRT', 'SIGSEGV'])
        .optional()
        .describe('Of a command: what ends its process, if it heeds it; default SIGKILL'),
      restart: z
        .boolean()
        .optional()
        .describe('Of a command: it is started again when it is over; default true. Without, the client sees it end'),
      'wait-ready': z
        .string()
        .min(1)
        .optional()
        .describe('Of a command: what the client sends waits until the new process has written this text, at most 30 s')
        .meta({ examples: ['running on stdio'] }),
    })
    .superRefine(({ restart, duration, 'wait-ready': ready }, context) => {
      const lone = duration !== undefined ? 'duration' : ready !== undefined ? 'wait-ready' : undefined
      if (restart !== false || lone === undefined) return
      context.addIssue({
        code: 'custom',
        path: [lone],
        message: 'is about a server that comes back: leave it out, or restart',
      })
    }),
  explain: ({ duration, as, existing, ...process }) =>
    `takes the server away${duration === undefined ? '' : ` for ${durationText(duration)}`}: ` +
    { refuse: 'connection refused', '502': 'answers 502', '503': 'answers 503', hang: 'silence' }[as] +
    { keep: ', open connections stay', fin: ', open connections are closed', rst: '' }[existing] +
    processText(process),
  stage: (options, tools) => (event) => {
    if (event.kind !== 'start') return event.kind === 'tick' ? [] : [pass(event)]
    if (options.existing !== 'keep') return actionsOf(options)
    tools.notApplied('it is told to keep what is open')
    return []
  },
  closesPort: ({ as, duration }) => (as === 'refuse' ? { ms: duration ?? null } : null),
  existing: ({ existing }) => existing,
  dial: ({ as, duration }, { sinceMs }) => {
    if (as === 'refuse' || (duration !== undefined && sinceMs >= duration)) return { do: 'dial' }
    return as === 'hang' ? { do: 'hang', ms: duration === undefined ? null : duration - sinceMs } : { do: 'fail', as }
  },
}

type OfProcess = Pick<DownOptions, 'signal' | 'restart' | 'wait-ready'>

/** Nothing where nothing was said of commands. */
function processText({ signal, restart, 'wait-ready': ready }: OfProcess): string {
  if (signal === undefined && restart === undefined && ready === undefined) return ''
  const ends = `; a command is ended by ${signal ?? 'SIGKILL'}`
  if (restart === false) return ends
  return `${ends} and started again` + (ready === undefined ? '' : `, and gets what is sent once it says "${ready}"`)
}

function actionsOf({ duration, signal, restart, 'wait-ready': ready }: DownOptions): FaultAction[] {
  const ends: FaultAction = { do: 'signal', signal: signal ?? 'SIGKILL' }
  if (restart === false) return [ends]
  return [ends, { do: 'restart', afterMs: duration ?? null, ...(ready === undefined ? {} : { ready }) }]
}
