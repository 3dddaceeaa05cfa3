import { ProxyError } from '../errors.ts'
import type { Reader } from '../store/index.ts'
import type { DecisionRow, FrameDetail } from '../store/rows.ts'
import { arrivalIn, frameArrival, type Arrival } from './arrival.ts'
import { badgeIn } from './conversation.ts'
import type { Context } from './context.ts'
import { frameEntries } from './entry.ts'
import { entryLine } from './entry-line.ts'
import { prettyText } from './message-text.ts'
import type { Output } from './output.ts'
import { printable } from './printable.ts'
import { bytesText, durationText, timeText } from './units.ts'
import { callById } from './walk.ts'

/** One frame with what it says, when it came and went, and what rules decided about it. Throws `NOT_FOUND`. */
export const tellFrame = (
  reader: Reader,
  id: number,
  { json }: { readonly json?: true },
  { output }: Context,
): void => {
  const frame = reader.frame(id)
  if (frame === undefined) {
    throw new ProxyError('NOT_FOUND', `There is no frame ${id} in ${reader.path}.`, {
      hint: 'Badges of faults name frames: mitmcp show, or mitmcp tail.',
    })
  }
  const decisions = reader.decisions({ frame: id })
  if (json) {
    output.json({ type: 'frame', ...frame, decisions })
    return
  }
  for (const entry of frameEntries(frame, (call) => callById(reader, call), true))
    output.line(
      entryLine(entry, output, { sessions: true, badge: badgeIn(reader, entry), arrival: arrivalIn(reader, entry) }),
    )
  output.line(output.paint('dim', instantsText(frame, frameArrival(reader, frame))))
  for (const line of [...editLines(frame), ...decisions.map((one) => decisionLine(one, output))])
    output.line(`  ${line}`)
  for (const line of contentLines(frame)) output.line(`    ${line}`)
  if (frame.sentText === null) return
  output.line(`  what the ${frame.direction === 's2c' ? 'client' : 'server'} got:`)
  for (const line of textLines(frame.sentText)) output.line(`    ${line}`)
}

const instantsText = (frame: FrameDetail, arrival: Arrival): string => {
  const { receivedAt, receivedLastAt, sentAt, sentLastAt, size } = frame
  const came = receivedLastAt > receivedAt ? `, its last byte ${durationText(receivedLastAt - receivedAt)} later` : ''
  return `  ${bytesText(size)}, received at ${timeText(receivedAt)}${came}; ${wentText()}`

  function wentText(): string {
    if (arrival === 'held') return 'not sent on yet'
    if (sentAt === null) return 'never sent on'
    if (sentLastAt === null) return 'sent on in part'
    return `sent on ${durationText(sentLastAt - receivedLastAt)} after it was there`
  }
}

const editLines = ({ editList }: FrameDetail): string[] =>
  editList.map(({ rule, removed, inserted }) => {
    const now = inserted === null ? '(a secret, not recorded)' : JSON.stringify(inserted)
    return printable(`changed by ${rule}: ${JSON.stringify(removed)} to ${now}`)
  })

/** What a rule decided, about what, and with which draw. */
const decisionLine = ({ rule, about, draw, fired, said, at }: DecisionRow, { paint }: Output): string => {
  const chance = draw === null ? '' : `, drew ${draw.toFixed(4)}`
  const what = `${timeText(at)}  rule ${rule}${fired ? '' : ' let it be'}: ${said} (${about}${chance})`
  return paint(fired ? 'warn' : 'dim', printable(what))
}

const contentLines = ({ startLine, headers, text, textCut }: FrameDetail): string[] =>
  startLine !== null
    ? [printable(startLine), ...headers.map(({ name, value }) => printable(`${name}: ${value}`))]
    : [...textLines(text), ...(textCut ? ['… the rest is left out; it is in the capture'] : [])]

const textLines = (text: string): string[] =>
  printable(prettyText(text), true)
    .split('\n')
    .filter((line, at, all) => line !== '' || at < all.length - 1)
