import type { BrokenOff, LogRow, Resumed } from '../store/rows.ts'
import type { Direction } from '../wire/frame.ts'
import { closeCodeOf, closeWords } from '../wire/websocket-close.ts'
import { bytesText, countText, durationText } from './units.ts'

/** What a line of the log says behind its kind; not yet safe to print. A kind that is not known gives its detail as JSON. */
export const logText = ({ kind, detail }: LogRow): string => {
  const said: Detail = typeof detail === 'object' && detail !== null ? detail : {}
  const known = TEXTS[kind]?.(said)
  if (known !== undefined) return known
  return typeof said['message'] === 'string' ? said['message'] : JSON.stringify(detail)
}

/** Who a line of the log comes from: the server, the client, or (undefined) ourselves. */
export const logDirection = ({ kind, detail }: Pick<LogRow, 'kind' | 'detail'>): Direction | undefined =>
  kind === 'resume' || (kind === 'signal' && ruleOf(detail) === undefined)
    ? 'c2s'
    : OF_SERVER.has(kind)
      ? 's2c'
      : undefined

/** Of a signal that a rule has sent, and nobody else. */
const ruleOf = (detail: unknown): unknown =>
  typeof detail === 'object' && detail !== null && 'rule' in detail ? detail.rule : undefined

const OF_SERVER = new Set(['stderr', 'exit', 'stdin-closed', 'left-behind'])

type Detail = Partial<Record<string, unknown>>

const HOW: Partial<Record<string, string>> = {
  clean: 'properly',
  fin: 'closed',
  rst: 'reset',
  hang: 'silent from here on',
  timeout: 'given up',
  unreachable: 'never connected',
}

const PLACE: Partial<Record<string, string>> = {
  boundary: ', between frames',
  'after-headers': ', behind the headers',
  'mid-event': ', mid-event',
  'mid-head': ', mid-head',
  'mid-body': ', mid-body',
  'mid-message': ', mid-message',
}

/** `POST /mcp` */
const where = ({ verb, target }: Detail): string =>
  typeof verb === 'string' && typeof target === 'string' ? `${verb} ${target}` : ''

/** `reset by rule cut-it, mid-event · POST /mcp`: how an exchange was broken off. */
const brokenOff = (told: Detail): string => {
  const { how = '', by = '', at, detail, status } = told as Partial<BrokenOff>
  const code = closeCodeOf(how)
  const what = code === undefined ? (HOW[how] ?? how) : `closed with ${code} ${closeWords(code)}`
  const who = by === 'fault' ? `rule ${detail ?? '?'}` : `the ${by}`
  const why = by === 'fault' || detail === undefined ? '' : ` (${detail})`
  const said = status === undefined ? what : `answered with ${status}`
  return [`${said} by ${who}${PLACE[at ?? ''] ?? ''}${why}`, where(told)].filter(Boolean).join(' · ')
}

const TEXTS: Partial<Record<string, (detail: Detail) => string | undefined>> = {
  stderr: ({ text, bytes }) =>
    typeof text === 'string' ? text : typeof bytes === 'number' ? `${countText(bytes, 'byte')}, not kept` : undefined,
  ending: brokenOff,
  resume: (told) => `${where(told)} resumes after ${(told as Partial<Resumed>).after ?? '?'}`,
  signal: ({ signal, rule }) =>
    typeof signal !== 'string' ? undefined : typeof rule === 'string' ? `${signal} by rule ${rule}` : signal,
  exit: ({ code, signal }) => (typeof signal === 'string' ? signal : `code ${typeof code === 'number' ? code : '?'}`),
  'stdin-closed': ({ code }) => `the server reads no more${typeof code === 'string' ? ` (${code})` : ''}`,
  'left-behind': ({ stream }) => `another process keeps its ${typeof stream === 'string' ? stream : 'output'}`,
  clock: ({ stepUs }) =>
    typeof stepUs === 'number'
      ? `the clock of this machine was set ${stepUs < 0 ? 'back' : 'forward'} by ${durationText(Math.abs(stepUs))}`
      : undefined,
  pruned: ({ sessions, frames, freedBytes }) =>
    typeof sessions === 'number' && typeof frames === 'number' && typeof freedBytes === 'number'
      ? `${countText(sessions, 'session')} with ${countText(frames, 'frame')} made room: ${bytesText(freedBytes)}`
      : undefined,
}
