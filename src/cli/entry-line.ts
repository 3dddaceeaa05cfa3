import type { CallRow, FlowRow, FrameRow, MessageRow, Outcome } from '../store/rows.ts'
import type { Direction } from '../wire/frame.ts'
import { closeCodeOf, closeWords } from '../wire/websocket-close.ts'
import { sessionOf, type Entry } from './entry.ts'
import { logDirection, logText } from './log-text.ts'
import type { Arrival } from './arrival.ts'
import type { Output, Paint } from './output.ts'
import { printable, shortened } from './printable.ts'
import { tookText } from './took.ts'
import { bytesText, durationText, timeText } from './units.ts'

export interface LineOptions {
  /** Show which session it belongs to: where several are told at once. */
  sessions: boolean
  /** The payload of a message, for the preview behind it. */
  preview?: string
  /** What fault rules did to it, see `badgeIn`. */
  badge?: string
  /** Whether it reached who it was for, see `arrivalIn`. */
  arrival?: Arrival
}

/** Room a preview gets where the width is not known: lines in files stay readable. */
const PLAIN_PREVIEW = 160

/** One entry as one line, fitted to the width of the terminal, safe to print. */
export const entryLine = (
  entry: Entry,
  output: Output,
  { sessions, preview = '', badge = '', arrival = 'arrived' }: LineOptions,
): string => {
  const { paint } = output
  const uid = sessions ? [(sessionOf(entry) ?? '').padEnd(8)] : []
  const parts = [...partsOf(entry, arrival), ...(badge === '' ? [] : [{ text: printable(badge), as: 'warn' } as const])]
  const plain = [timeText(entry.at), ...uid, '>', ...parts.map(({ text }) => text)].join('  ')
  const room = output.width === Infinity ? PLAIN_PREVIEW : output.width - plain.length - 3
  const tail = preview === '' || room < 8 ? [] : [paint('dim', shortened(printable(preview), room))]
  return [
    paint('dim', timeText(entry.at)),
    ...uid.map((id) => paint('dim', id)),
    arrow(directionOf(entry), paint),
    ...parts.map(({ text, as }) => (as ? paint(as, text) : text)),
    ...tail,
  ].join('  ')
}

interface Part {
  readonly text: string
  readonly as?: Paint
}

const partsOf = (entry: Entry, arrival: Arrival): Part[] => {
  switch (entry.kind) {
    case 'message':
      return messageParts(entry, arrival)
    case 'frame': {
      const { kind, label, size } = entry.frame
      return [
        { text: kind, as: 'dim' },
        { text: printable(label ?? bytesText(size)), as: 'dim' },
        ...changed(entry.frame),
      ]
    }
    case 'log':
      return [{ text: printable(entry.log.kind), as: 'dim' }, { text: printable(logText(entry.log)) }]
    case 'unanswered':
      return [
        ...name(entry.call.method, entry.call.tool),
        id(entry.call.rpcId),
        {
          text: `${OUTCOMES[entry.call.outcome].text} after ${durationText(entry.at - entry.call.requestedAt)}`,
          as: 'bad',
        },
      ]
    case 'refused':
      return refusedParts(entry.flow, entry.call)
    case 'broken': {
      const { how, by, at, detail } = entry.ending
      const code = closeCodeOf(how)
      const what = code === undefined ? how : `closed with ${code} ${closeWords(code)}`
      const place = at === undefined || code !== undefined ? '' : ` ${at}`
      const why = detail === undefined ? '' : ` (${printable(detail)})`
      return [
        {
          text:
            by === 'fault' && detail !== undefined
              ? `${what} by rule ${printable(detail)}${place}`
              : `${what} by ${by}${place}${why}`,
          as: 'warn',
        },
        { text: printable(`${entry.flow.verb ?? entry.flow.kind} ${entry.flow.target ?? ''}`) },
      ]
    }
  }
}

const refusedParts = ({ status, verb, target, s2cEnding }: FlowRow, call: CallRow | undefined): Part[] => {
  const where = { text: printable(`${verb ?? ''} ${target ?? ''}`) }
  const made = s2cEnding?.by === 'fault' && s2cEnding.detail !== undefined ? [madeBy(s2cEnding.detail)] : []
  if (call === undefined) return [{ text: `HTTP ${status ?? '?'}`, as: 'bad' }, where, ...made]
  const took = behind(tookText(call))
  return [
    ...name(call.method, call.tool),
    id(call.rpcId),
    { text: `HTTP ${status ?? '?'}${took}`, as: 'bad' },
    where,
    ...(call.madeBy === null ? [] : [madeBy(call.madeBy)]),
  ]
}

const madeBy = (rule: string): Part => ({ text: `[made by rule ${printable(rule)}]`, as: 'warn' })

/** What we changed in it on the way; what rules did to it is a badge. */
const changed = ({ edits, faults }: FrameRow): Part[] => {
  const own = edits.filter((edit) => !faults.includes(edit))
  return own.length === 0
    ? []
    : [{ text: `changed by the proxy: ${own.map((edit) => printable(edit)).join(', ')}`, as: 'warn' }]
}

/** Nobody sent it: a rule put it in. */
const isMadeUp = ({ length, faults }: FrameRow): boolean => length === 0 && faults.length > 0

const messageParts = ({ frame, message, call }: Extract<Entry, { kind: 'message' }>, arrival: Arrival): Part[] => {
  const unknown = isMadeUp(frame) ? '(answered by a fault)' : '(answer to an unknown request)'
  const named = name(message.method ?? '', message.tool ?? message.uri, unknown)
  const went = arrivalParts(frame, arrival)
  switch (message.kind) {
    case 'request':
      return [...named, id(message.rpcId), ...went]
    case 'notification':
      return [
        ...named,
        ...(message.token === null ? [] : [{ text: `token ${printable(message.token)}`, as: 'dim' } as const]),
        ...went,
      ]
    case 'invalid':
      return [{ text: 'no JSON-RPC message', as: 'bad' }, ...went]
    case 'response':
    case 'error':
      return [
        ...named,
        id(call?.rpcId ?? message.rpcId),
        ...(went.length > 0 ? went : outcomeParts(message, frame, call)),
      ]
  }
}

/** Where it is, if not with who it was for. */
const arrivalParts = ({ droppedBy, faults }: FrameRow, arrival: Arrival): Part[] => {
  const rule = droppedBy === null ? '' : ` (${printable(droppedBy)})`
  switch (arrival) {
    case 'arrived':
      return []
    case 'held':
      return [{ text: `held by ${faults.map((one) => printable(one)).join(', ')}`, as: 'warn' }]
    case 'in part':
      return [{ text: `sent on in part${rule}`, as: 'warn' }]
    case 'never':
      return [{ text: `never sent on${rule}`, as: 'warn' }]
  }
}

const outcomeParts = (message: MessageRow, frame: FrameRow, call: CallRow | undefined): Part[] => {
  const failed = message.kind === 'error'
  // a second answer, or one behind a cut, is not what became of the call
  const other = call !== undefined && call.responseFrame !== null && call.responseFrame !== frame.id
  const own =
    call !== undefined && !other && call.outcome !== 'pending' && call.madeBy === null ? call.outcome : undefined
  const outcome = own ?? (failed ? 'error' : 'ok')
  const { text, as } = OUTCOMES[outcome]
  const code = message.code === null ? '' : ` ${message.code}`
  const took = call === undefined || other ? '' : behind(tookText(call))
  const resumed = call?.resumedAfter == null || other ? [] : [{ text: 'resumed', as: 'warn' } as const]
  return [{ text: `${text}${code}${took}`, as }, ...resumed]
}

const behind = (text: string | undefined): string => (text === undefined ? '' : ` ${text}`)

/** How outcomes are said and painted. */
export const OUTCOMES: Readonly<Record<Outcome, { readonly text: string; readonly as: Paint }>> = {
  ok: { text: 'ok', as: 'good' },
  error: { text: 'error', as: 'bad' },
  'tool-error': { text: 'tool error', as: 'bad' },
  cancelled: { text: 'cancelled', as: 'warn' },
  'client-left': { text: 'client left', as: 'warn' },
  'server-closed': { text: 'server closed', as: 'bad' },
  silent: { text: 'never answered', as: 'bad' },
  fault: { text: 'fault', as: 'warn' },
  pending: { text: 'pending', as: 'warn' },
}

const name = (method: string, what: string | null, unknown = ''): Part[] => [
  { text: printable(method === '' ? unknown : method), as: 'strong' },
  ...(what === null ? [] : [{ text: printable(what) }]),
]

const id = (rpcId: string | null): Part => ({ text: `#${printable(rpcId ?? '?')}`, as: 'dim' })

const arrow = (direction: Direction | undefined, paint: Output['paint']): string =>
  direction === undefined ? paint('dim', '·') : direction === 'c2s' ? paint('c2s', '→') : paint('s2c', '←')

const directionOf = (entry: Entry): Direction | undefined => {
  switch (entry.kind) {
    case 'message':
    case 'frame':
      return entry.frame.direction
    case 'log':
      return logDirection(entry.log)
    case 'unanswered':
      return entry.call.direction === 'c2s' ? 's2c' : 'c2s'
    case 'refused':
      return 's2c'
    case 'broken':
      return entry.ending.by === 'client' ? 'c2s' : entry.direction
  }
}
