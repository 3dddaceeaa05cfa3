import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction } from './fault.ts'
import { count, duration, durationText, oneOf } from './values.ts'

export interface ExitOptions {
  readonly code?: number | undefined
  readonly signal?: NodeJS.Signals | undefined
  readonly restart?: number | undefined
}

/** The server process ends; the message it fires for is lost with it. Where it is started again, its memory is gone and the client is told nothing. */
export const exit: Fault<ExitOptions> = {
  type: 'exit',
  level: 'stdio',
  summary: 'ends the server process, by a code or a signal, and starts it again if asked',
  needs: 'bytes',
  applies: ['stdio'],
  direction: 's2c',
  per: 'connection',
  perMessage: true,
  options: z
    .strictObject({
      code: count(0, 255).optional().describe('Code it ends with for the client; default 1, where there is no signal'),
      signal: oneOf(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGABRT', 'SIGSEGV'])
        .optional()
        .describe('Signal it gets instead; it may not heed it'),
      restart: duration
        .optional()
        .describe('It is started again so long after, and what the client sends waits; default: not'),
    })
    .refine(({ code, signal }) => code === undefined || signal === undefined, {
      path: ['signal'],
      message: 'a process ends by a code or by a signal: leave one out',
    })
    .refine(({ code, restart }) => code === undefined || restart === undefined, {
      path: ['code'],
      message: 'nobody sees the code of a process that is started again: leave out code or restart',
    }),
  explain: ({ code = 1, signal, restart }) =>
    `ends the server process ${signal === undefined && restart === undefined ? `with code ${code}` : `by ${signal ?? 'SIGKILL'}`}` +
    (restart === undefined
      ? ''
      : ` and starts it again ${restart === 0 ? 'at once' : `after ${durationText(restart)}`}`),
  stage: (options) => {
    let started = false
    return (event) => {
      if (event.kind === 'start') {
        started = true
        return actionsOf(options)
      }
      if (event.kind === 'tick') return []
      return started || event.kind === 'end' ? [pass(event)] : actionsOf(options)
    }
  },
}

function actionsOf({ code = 1, signal, restart }: ExitOptions): FaultAction[] {
  if (restart !== undefined) {
    return [
      { do: 'signal', signal: signal ?? 'SIGKILL' },
      { do: 'restart', afterMs: restart },
    ]
  }
  return [signal === undefined ? { do: 'exit', code } : { do: 'signal', signal }]
}
