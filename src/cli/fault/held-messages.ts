import { setTimeout as passed } from 'node:timers/promises'
import { nearest } from '../../errors/nearest.ts'
import { ProxyError } from '../../errors.ts'
import { openControl } from '../../store/control.ts'
import type { Reader } from '../../store/index.ts'
import { openReader } from '../../store/reader.ts'
import type { HeldAnswer, HeldRow, HeldState } from '../../store/rows.ts'
import { EXIT, type Context } from '../context.ts'
import { printable } from '../printable.ts'
import { countText, durationText } from '../units.ts'
import { faultCapture, livingIn, processText, type FaultCapture, type WhereFlags } from './fault-capture.ts'

/** What becomes of a message that waits. `edit` needs the new text. */
export type HeldVerb = HeldAnswer['do']

/** `fault held`: messages that wait at breakpoints, oldest first, in processes that still run. */
export const listHeld = async (flags: WhereFlags, context: Context): Promise<number> => {
  const { output, command, now } = context
  const capture = await faultCapture(flags, context)
  const reader = openReader(capture.path)
  try {
    const waiting = waitingIn(reader, now())
    if (flags.json) for (const row of waiting) output.json(row)
    else if (waiting.length === 0) {
      output.note('No message waits.')
      output.note(`Hold some: ${command} fault add breakpoint --match 'method:tools/call'${capture.flag}`)
    } else for (const line of heldLines(waiting, reader, capture, context)) output.line(line)
    return EXIT.ok
  } finally {
    reader.close()
  }
}

/** Lets a message go, edited or not, or drops it; without `id` the one that waits. Throws `NOT_FOUND`, `OPTION_INVALID`. */
export const decideHeld = async (
  id: string | undefined,
  answer: HeldAnswer,
  flags: WhereFlags,
  context: Context,
): Promise<number> => {
  const capture = await faultCapture(flags, context)
  const reader = openReader(capture.path)
  const control = openControl(capture.path, context.now)
  try {
    const meant = meantOf(id, reader, context)
    control.answerHeld(meant.id, answer)
    tellDecided(await acted(reader, meant.id), answer, flags, context)
    return EXIT.ok
  } finally {
    control.close()
    reader.close()
  }
}

/** Throws `OPTION_INVALID` where it is no JSON: a client would wait for its answer in vain. */
export const checkEdit = (payload: string): void => {
  try {
    JSON.parse(payload)
  } catch (error) {
    throw new ProxyError('OPTION_INVALID', `The message is no JSON: ${(error as Error).message}`, {
      hint: 'Nothing was sent, it still waits. Put it in single quotes; to send it letter by letter all the same, add --raw.',
    })
  }
}

const waitingIn = (reader: Reader, now: number): HeldRow[] => {
  const alive = new Set(livingIn(reader, now).map(({ id }) => id))
  return reader.held({ open: true }).filter(({ instance }) => alive.has(instance))
}

const meantOf = (id: string | undefined, reader: Reader, { command, now }: Context): HeldRow => {
  const waiting = waitingIn(reader, now())
  const found = id === undefined ? waiting : waiting.filter((row) => String(row.id) === id)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const there = waiting.map((row) => `${row.id} (${heldName(row)})`).join(', ')
  if (only !== undefined) {
    throw new ProxyError('OPTION_INVALID', `${countText(waiting.length, 'message')} wait: ${there}.`, {
      hint: `Say which one: ${command} fault held send ${only.id}`,
    })
  }
  const past = id !== undefined && /^\d{1,15}$/.test(id) ? heldAt(reader, Number(id)) : undefined
  throw new ProxyError('NOT_FOUND', id === undefined ? 'No message waits.' : goneText(id, past), {
    hint: there === '' ? 'They are sent on when their time is over.' : `There are: ${there}.`,
  })
}

const heldAt = (reader: Reader, id: number): HeldRow | undefined =>
  reader.held({ after: id - 1, limit: 1 }).find((row) => row.id === id)

const goneText = (id: string, past: HeldRow | undefined): string =>
  past === undefined
    ? `There was no message ${id} at a breakpoint.`
    : `Message ${id} does not wait any more: ${ENDS[past.state === 'held' ? 'lost' : past.state]}.`

/** What became of one. */
const ENDS: Readonly<Record<Exclude<HeldState, 'held'>, string>> = {
  sent: 'sent as it was',
  edited: 'edited',
  dropped: 'dropped',
  'client-left': 'its client left while it waited: nobody got it',
  lost: 'its connection ended while it waited: nobody got it',
}

/** The process looks for answers ten times a second. */
const PATIENCE_MS = 1000
const LOOK_MS = 20

/** The message once its process has acted, or as it is after a while. */
const acted = async (reader: Reader, id: number): Promise<HeldRow | undefined> => {
  for (let waited = 0; waited < PATIENCE_MS && heldAt(reader, id)?.state === 'held'; waited += LOOK_MS) {
    await passed(LOOK_MS)
  }
  return heldAt(reader, id)
}

const tellDecided = (
  row: HeldRow | undefined,
  answer: HeldAnswer,
  { json }: WhereFlags,
  { output }: Pick<Context, 'output'>,
): void => {
  if (row === undefined) return
  if (json) return output.json(row)
  const name = `${output.paint('strong', String(row.id))} ${heldName(row)}`
  if (row.state === 'held') output.line(`${name}: told to its process, which has not acted yet`)
  else if (answer.do === 'edit' && row.state === 'sent') {
    output.line(`${name}: sent as it was, for it cannot be edited there`)
  } else if (row.state === 'sent') output.line(`${name}: sent`)
  else output.line(`${name}: ${ENDS[row.state]}`)
}

const heldLines = (
  waiting: readonly HeldRow[],
  reader: Reader,
  { flag }: FaultCapture,
  { output, command, now }: Context,
): string[] => {
  const processes = reader.instances()
  const one = waiting[0]?.id ?? 1
  return [
    ...waiting.flatMap((row) => {
      const process = processes.find(({ id }) => id === row.instance)
      const left = durationText(Math.max(0, row.deadline - now()))
      const arrow = row.direction === 'c2s' ? '→' : '←'
      const where = process === undefined ? '' : `, in ${processText(process)}`
      return [
        `${output.paint('strong', String(row.id))}  ${arrow}  ${heldName(row)}  waits for ${durationText(now() - row.at)}, is sent in ${left}`,
        `  ${output.paint('dim', printable(`${ownerText(row)}rule ${row.rule}${where}`))}`,
        `  ${printable(row.payload ?? '(no text)')}`,
      ]
    }),
    '',
    `Send it: ${command} fault held send ${one}${flag}   Drop it: … drop ${one}   Change it: … edit ${one} '<json>'`,
  ]
}

/** `client editor 1.2, session k3v9x2ab, server shop, `; what is not known is left out. */
const ownerText = ({ client, session, server }: HeldRow): string =>
  [
    ['client', client],
    ['session', session],
    ['server', server],
  ]
    .flatMap(([what, name]) => (name === null || name === '' ? [] : [`${what} ${name}, `]))
    .join('')

/** `tools/call search (id 7)`, `answer to tools/call search (id 7)`. */
const heldName = ({ kind, method, tool, payload }: HeldRow): string => {
  const message = readMessage(payload)
  const called = [method ?? message?.method, tool ?? message?.tool].filter((word) => typeof word === 'string').join(' ')
  const id = message?.id === undefined ? '' : ` (id ${JSON.stringify(message.id)})`
  if (message === null && called === '') return 'text'
  if (kind === 'response' || kind === 'error' || message?.method === undefined) {
    return printable(`${kind === 'error' ? 'error' : 'answer'}${called === '' ? '' : ` to ${called}`}${id}`)
  }
  return printable(`${called}${id}`)
}

/** The first message in it; null where it is no JSON. */
const readMessage = (payload: string | null): { method?: unknown; id?: unknown; tool?: unknown } | null => {
  let parsed: unknown
  try {
    parsed = JSON.parse(payload ?? '')
  } catch {
    return null
  }
  const [first] = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]
  const { method, id, params } = Object(first) as { method?: unknown; id?: unknown; params?: unknown }
  const { name } = Object(params) as { name?: unknown }
  return { method, id, tool: method === 'tools/call' ? name : undefined }
}

/** A word behind `fault held` that is none of its verbs. */
export const notAHeldVerb = (word: string, verbs: readonly string[], command: string): ProxyError => {
  const meant = nearest(word, verbs)
  return new ProxyError('OPTION_INVALID', `There is no "fault held ${word}".`, {
    hint: meant === undefined ? `There are: ${verbs.join(', ')}.` : `Did you mean ${command} fault held ${meant} ?`,
  })
}
