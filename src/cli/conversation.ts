import type { Filter } from '../filter/index.ts'
import type { Reader } from '../store/index.ts'
import type { CallRow, FrameRow, LogRow, SessionRow } from '../store/rows.ts'
import { callEntries, flowEntries, frameEntries, logEntries, type Entry } from './entry.ts'
import { filtered } from './filter.ts'
import { previewOf } from './message-text.ts'
import { callsOf, flowsOf, framesOf, logsOf } from './walk.ts'

/**
 * Everything of a session worth a line, in order: frames by arrival, and between them, by time, what was refused, broken or never
 * answered. With `all` frames that are no messages too. With a filter what it holds for, and no lines of the log, which are no traffic.
 */
export function* conversation(reader: Reader, session: SessionRow, all: boolean, filter?: Filter): Generator<Entry> {
  const calls = new Map<number, CallRow>()
  const flows = [...flowsOf(reader, session.uid)]
  const endOf = new Map(flows.map(({ id, endedAt }) => [id, endedAt]))
  const madeUp = new Map<number, CallRow>()
  const between: Entry[] = []
  for (const call of callsOf(reader, session.uid)) {
    calls.set(call.id, call)
    if (call.madeBy !== null) madeUp.set(call.flow, call)
    between.push(...callEntries(call, call.answeredAt ?? endOf.get(call.flow) ?? session.lastAt))
  }
  between.push(...flows.flatMap((flow) => flowEntries(flow, madeUp.get(flow.id))))
  if (filter === undefined) for (const log of logsOf(reader, session.uid)) between.push(...logEntries(log))
  const others = filter === undefined ? between : between.filter((entry) => filtered(filter, reader).entry(entry))
  others.sort((a, b) => a.at - b.at)
  let next = 0
  for (const frame of framesOf(reader, session.uid, !all, filter)) {
    for (const entry of frameEntries(frame, (id) => calls.get(id), all)) {
      for (; next < others.length && (others[next]?.at ?? 0) < entry.at; next++) yield others[next] as Entry
      yield entry
    }
  }
  yield* others.slice(next)
}

/** A session's frames and lines of its log, by time; with `messages` only frames that are messages, with a filter the frames it holds for alone. */
export function* rowsOf(
  reader: Pick<Reader, 'frames' | 'logs'>,
  session: string,
  messages: boolean,
  filter?: Filter,
): Generator<{ readonly frame: FrameRow } | { readonly log: LogRow }> {
  if (filter !== undefined) {
    for (const frame of framesOf(reader, session, messages, filter)) yield { frame }
    return
  }
  const logs = logsOf(reader, session)
  let next = logs.next()
  for (const frame of framesOf(reader, session, messages)) {
    for (; next.done !== true && next.value.at < frame.receivedLastAt; next = logs.next()) yield { log: next.value }
    yield { frame }
  }
  for (; next.done !== true; next = logs.next()) yield { log: next.value }
}

/** Larger messages go without a preview: parsing them for one line is not worth the wait. */
const MAX_PREVIEW_BYTES = 256 * 1024

/** What a message says beyond its method, as received, and behind that as it was sent where a rule changed it; the empty string where nothing was kept. */
export const previewIn = (reader: Pick<Reader, 'payload' | 'frame'>, entry: Entry): string => {
  if (entry.kind !== 'message' || entry.frame.size > MAX_PREVIEW_BYTES) return ''
  const { id, edits, faults, ours } = entry.frame
  const payload = reader.payload(id)
  if (payload === undefined) return ''
  const { rpcId } = entry.message
  const came = previewOf(new TextDecoder().decode(payload), rpcId)
  const isChanged = ours === null && edits.some((rule) => faults.includes(rule))
  const sent = isChanged ? (reader.frame(id)?.sentText ?? null) : null
  return sent === null ? came : `${came} sent as ${previewOf(sent, rpcId)}`
}

/** What fault rules did to it: `[fault drop: dropped · frame 57]`, the empty string where none touched it. */
export const badgeIn = (reader: Pick<Reader, 'decisions'>, entry: Entry): string => {
  if ((entry.kind !== 'message' && entry.kind !== 'frame') || entry.frame.faults.length === 0) return ''
  const { id, faults, ours } = entry.frame
  const decisions = reader.decisions({ frame: id })
  const said = faults.map((rule) => {
    const actions = decisions.filter((one) => one.rule === rule && one.fired).map(({ said: words }) => words)
    return actions.length === 0 ? rule : `${rule}: ${[...new Set(actions)].join(', ')}`
  })
  if (ours !== null && faults.includes(ours)) return `[made by rule ${ours} · frame ${id}]`
  return `[fault ${said.join('; ')} · frame ${id}]`
}
