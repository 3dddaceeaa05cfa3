import type { LogRow } from '../store/rows.ts'
import type { Direction } from '../wire/frame.ts'
import { bytesText, countText, durationText } from './units.ts'

/** What a line of the log says behind its kind; not yet safe to print. A kind that is not known gives its detail as JSON. */
export const logText = ({ kind, detail }: LogRow): string => {
  const said: Detail = typeof detail === 'object' && detail !== null ? detail : {}
  const known = TEXTS[kind]?.(said)
  if (known !== undefined) return known
  return typeof said['message'] === 'string' ? said['message'] : JSON.stringify(detail)
}

/** Who a line of the log comes from: the server, the client, or (undefined) ourselves. */
export const logDirection = (kind: string): Direction | undefined =>
  kind === 'signal' ? 'c2s' : OF_SERVER.has(kind) ? 's2c' : undefined

const OF_SERVER = new Set(['stderr', 'exit', 'stdin-closed', 'left-behind'])

type Detail = Partial<Record<string, unknown>>

const TEXTS: Partial<Record<string, (detail: Detail) => string | undefined>> = {
  stderr: ({ text, bytes }) =>
    typeof text === 'string' ? text : typeof bytes === 'number' ? `${countText(bytes, 'byte')}, not kept` : undefined,
  signal: ({ signal }) => (typeof signal === 'string' ? signal : undefined),
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
