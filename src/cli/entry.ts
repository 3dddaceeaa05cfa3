import type { CallRow, FlowRow, FrameRow, LogRow, MessageRow } from '../store/rows.ts'
import type { Direction } from '../wire/frame.ts'
import { isBroken, type Ending } from '../wire/ending.ts'

/** One line of a conversation as `show` and `tail` tell it. `at` orders them, microseconds since the epoch. */
export type Entry =
  /** A JSON-RPC message; for answers with the call they answer, where paired. */
  | {
      readonly kind: 'message'
      readonly at: number
      readonly frame: FrameRow
      readonly message: MessageRow
      readonly call?: CallRow
    }
  /** A frame that is no message: a head, a comment, opaque bytes. */
  | { readonly kind: 'frame'; readonly at: number; readonly frame: FrameRow }
  /** A call that ended without an answer. */
  | { readonly kind: 'unanswered'; readonly at: number; readonly call: CallRow }
  /** A line of the log: a server's stderr, how it ended, what the proxy has to say. */
  | { readonly kind: 'log'; readonly at: number; readonly log: LogRow }
  /** An HTTP answer that says no, or that a rule gave: then with the call it answers, if any. */
  | { readonly kind: 'refused'; readonly at: number; readonly flow: FlowRow; readonly call?: CallRow }
  /** A direction of a flow that did not end as it should. */
  | {
      readonly kind: 'broken'
      readonly at: number
      readonly flow: FlowRow
      readonly direction: Direction
      readonly ending: Ending
    }

/** Entries of one frame: one for each message in it, or, with `all`, the frame itself when it is none. */
export const frameEntries = (frame: FrameRow, callOf: (id: number) => CallRow | undefined, all: boolean): Entry[] => {
  if (frame.messages.length === 0) return all ? [{ kind: 'frame', at: frame.receivedAt, frame }] : []
  return frame.messages.map((message): Entry => {
    const call = message.call === null ? undefined : callOf(message.call)
    return { kind: 'message', at: frame.receivedLastAt, frame, message, ...(call ? { call } : {}) }
  })
}

/** The entry of a call that has ended without an answer; none while it is pending or when it was answered. */
export const callEntries = (call: CallRow, endedAt: number): Entry[] =>
  call.outcome === 'pending' || call.responseFrame !== null ? [] : [{ kind: 'unanswered', at: endedAt, call }]

/** The entry of a line of the log; none where the entry of a flow tells the same. */
export const logEntries = (log: LogRow): Entry[] => (log.kind === 'ending' ? [] : [{ kind: 'log', at: log.at, log }])

/** Entries of a flow: a status of 400 and above, and endings other than clean ones, or by a fault. `call`: that a rule answered on it. */
export const flowEntries = (flow: FlowRow, call?: CallRow): Entry[] => {
  const entries: Entry[] = []
  // its answer is a message, and told as that
  const told = call !== undefined && !isStatus(call.code)
  if (flow.status !== null && !told && (flow.status >= 400 || call !== undefined))
    entries.push({ kind: 'refused', at: flow.respondedAt ?? flow.startedAt, flow, ...(call && { call }) })
  for (const direction of ['c2s', 's2c'] as const) {
    const ending = direction === 'c2s' ? flow.c2sEnding : flow.s2cEnding
    // the process is one: it ends once
    if (ending?.how === 'exit' && direction === 'c2s' && flow.s2cEnding?.how === 'exit') continue
    if (ending !== null && flow.endedAt !== null && (isBroken(ending, direction) || isCut(ending))) {
      entries.push({ kind: 'broken', at: flow.endedAt, flow, direction, ending })
    }
  }
  return entries
}

/** A rule ended it properly, as far as its reader can tell. An answer that a rule made up has no place where it ended. */
const isCut = ({ how, by, at }: Ending): boolean => how === 'clean' && by === 'fault' && at !== undefined

/** Codes of JSON-RPC errors lie elsewhere. */
const isStatus = (code: number | null): boolean => code !== null && code >= 100 && code < 600

/** Session uid an entry belongs to; null while not known. */
export const sessionOf = (entry: Entry): string | null => {
  switch (entry.kind) {
    case 'message':
    case 'frame':
      return entry.frame.session
    case 'log':
      return entry.log.session
    case 'unanswered':
      return entry.call.session
    case 'refused':
    case 'broken':
      return entry.flow.session
  }
}
