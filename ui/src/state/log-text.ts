import type { LogRow } from '../../../src/api/contract.ts'
import { breakTone, brokenOffText, resumedText } from './broken-off.ts'
import { sizeText } from './size-format.ts'
import { spanText } from './time-format.ts'

/** What a line of the log says, and how grave it is. */
export interface LogText {
  /** `stderr`, `exit` … */
  readonly kind: string
  readonly text: string
  readonly tone: 'plain' | 'warn' | 'error' | 'fault'
  /** Said by us of the traffic, not by server or client. */
  readonly ours: boolean
}

type Detail = Partial<Record<string, unknown>>

const ofPeers: ReadonlySet<string> = new Set(['resume', 'stderr', 'exit', 'signal', 'stdin-closed', 'left-behind'])
const warnings: ReadonlySet<string> = new Set([
  'stdin-closed',
  'left-behind',
  'clock',
  'pruned',
  'unedited',
  'use-forward-mode',
])

/** How clients and people end a server. */
const askedToEnd: ReadonlySet<unknown> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP'])

const count = (value: number, noun: string) => `${value} ${noun}${value === 1 ? '' : 's'}`

const texts: Partial<Record<string, (detail: Detail) => string | undefined>> = {
  stderr: ({ text, bytes }) =>
    typeof text === 'string' ? text : typeof bytes === 'number' ? `${count(bytes, 'byte')}, not kept` : undefined,
  ending: brokenOffText,
  resume: resumedText,
  signal: ({ signal, rule }) =>
    typeof signal !== 'string' ? undefined : typeof rule === 'string' ? `${signal} by rule ${rule}` : signal,
  exit: ({ code, signal }) => (typeof signal === 'string' ? signal : `code ${typeof code === 'number' ? code : '?'}`),
  'stdin-closed': ({ code }) => `the server reads no more${typeof code === 'string' ? ` (${code})` : ''}`,
  'left-behind': ({ stream }) => `another process keeps its ${typeof stream === 'string' ? stream : 'output'}`,
  clock: ({ stepUs }) =>
    typeof stepUs === 'number'
      ? `the clock of this machine was set ${stepUs < 0 ? 'back' : 'forward'} by ${spanText(Math.abs(stepUs))}`
      : undefined,
  pruned: ({ sessions, frames, freedBytes }) =>
    typeof sessions === 'number' && typeof frames === 'number' && typeof freedBytes === 'number'
      ? `${count(sessions, 'session')} with ${count(frames, 'frame')} made room: ${sizeText(freedBytes)}`
      : undefined,
}

/** What lists call it. */
const names: Partial<Record<string, string>> = { ending: 'ended', resume: 'resumed' }

/** In the words of the command line. A kind that is not known gives its detail as JSON. */
export function logText({ kind, detail }: Pick<LogRow, 'kind' | 'detail'>): LogText {
  const said: Detail = typeof detail === 'object' && detail !== null ? detail : {}
  const message = typeof said['message'] === 'string' ? said['message'] : JSON.stringify(detail)
  const failed = kind === 'exit' && said['code'] !== 0 && !askedToEnd.has(said['signal'])
  return {
    kind: names[kind] ?? kind,
    text: texts[kind]?.(said) ?? message,
    tone: kind === 'ending' ? breakTone(said) : failed ? 'error' : warnings.has(kind) ? 'warn' : 'plain',
    ours: !ofPeers.has(kind) || (kind === 'signal' && said['rule'] !== undefined),
  }
}
