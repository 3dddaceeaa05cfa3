import type { Reader } from '../store/index.ts'
import type { CallRow, FlowRow, LogRow } from '../store/rows.ts'
import { callEntries, flowEntries, logEntries, type Entry } from './entry.ts'
import type { Filtered } from './filter.ts'
import type { Wanted } from './follow.ts'

type Asked = Pick<Reader, 'calls' | 'flow' | 'flows' | 'logs'>

/** At most so many lines of the log, exchanges and calls are looked at, the newest. */
const MAX_BEFORE = 1000

/**
 * What stands beside messages of the past: lines of the log, refusals, endings, calls without an answer. Those since `from`; where that
 * is undefined, for there are no messages, the last `lines`. With a filter what it holds for, and no lines of the log, which are no traffic.
 */
export const entriesBeside = (
  reader: Asked,
  { session }: Pick<Wanted, 'session'>,
  { from, lines }: { readonly from: number | undefined; readonly lines: number },
  held?: Filtered,
): Entry[] => {
  const limit = from === undefined ? lines : MAX_BEFORE
  const of = session === undefined ? {} : { session }
  const logs = reader.logs({ limit, ...of })
  const calls = reader.calls({ limit: MAX_BEFORE, ...of })
  const flows = flowsOf(reader, logs, reader.flows({ limit: MAX_BEFORE, ...of }))
  const madeUp = new Map<number, CallRow>()
  for (const call of calls) if (call.madeBy !== null) madeUp.set(call.flow, call)
  const entries = [
    ...calls.flatMap((call) => callEntries(call, call.answeredAt ?? flows.get(call.flow)?.endedAt ?? call.requestedAt)),
    ...[...flows.values()].flatMap((flow) => flowEntries(flow, madeUp.get(flow.id))),
    ...(held === undefined ? logs.flatMap(logEntries) : []),
  ].sort((a, b) => a.at - b.at)
  const recent = from === undefined ? entries.slice(-lines) : entries.filter(({ at }) => at >= from)
  return held === undefined ? recent : recent.filter((entry) => held.entry(entry))
}

/** The newest, and those that a line of the log names: of long streams only their end is new. */
const flowsOf = (reader: Asked, logs: readonly LogRow[], newest: readonly FlowRow[]): Map<number, FlowRow> => {
  const flows = new Map(newest.map((flow) => [flow.id, flow]))
  for (const { kind, flow: id } of logs) {
    const found = kind !== 'ending' || id === null || flows.has(id) ? undefined : reader.flow(id)
    if (found !== undefined) flows.set(found.id, found)
  }
  return flows
}
