import { openReader } from '../../src/store/reader.ts'
import type { CallRow, FlowRow, FrameRow, SessionRow } from '../../src/store/rows.ts'
import { callLine, canonical, type Said } from './sdk-transcript.ts'

/** What a capture holds, read through the store's own reader. */
export interface Recorded {
  readonly sessions: readonly SessionRow[]
  readonly flows: readonly FlowRow[]
  readonly frames: readonly FrameRow[]
  readonly calls: readonly CallRow[]
  /** Calls as lines of `callLine`, sorted. */
  readonly callLines: readonly string[]
  /** Every recorded message with its direction, read from the recorded bytes. */
  readonly messages: readonly Said[]
}

const limit = 5000

/** Reads a whole capture, for captures of up to 5000 frames. `before`: what is left out. */
export function recorded(path: string, before?: Recorded): Recorded {
  const reader = openReader(path)
  const known = new Set(before?.sessions.map(({ uid }) => uid))
  const fresh = <Row extends { readonly id: number }>(rows: readonly Row[], old: readonly Row[] = []): Row[] => {
    const ids = new Set(old.map(({ id }) => id))
    return rows.filter(({ id }) => !ids.has(id))
  }
  try {
    const frames = fresh(reader.frames({ limit }).rows, before?.frames)
    const calls = fresh(reader.calls({ limit }), before?.calls)
    return {
      sessions: reader.sessions().filter(({ uid }) => !known.has(uid)),
      flows: fresh(reader.flows({ limit }), before?.flows),
      frames,
      calls,
      callLines: calls.map((call) => callLine(call.direction, call.method, call.tool, call.rpcId, call.outcome)).sort(),
      messages: frames
        .filter(({ messages }) => messages.length > 0)
        .flatMap((frame) => messagesIn(frame, Buffer.from(reader.payload(frame.id) ?? []).toString('utf8'))),
    }
  } finally {
    reader.close()
  }
}

function messagesIn(frame: FrameRow, payload: string): Said[] {
  const text =
    frame.kind === 'event'
      ? payload
          .split(/\r\n|\r|\n/)
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).replace(/^ /, ''))
          .join('\n')
      : payload
  const parsed = JSON.parse(text) as Said['message'] | Said['message'][]
  return [parsed].flat().map((message) => ({ direction: frame.direction, message }))
}

/** Messages as sorted lines: two lists are equal when each message is in both as often. */
export const messageLines = (said: readonly Said[]): string[] =>
  said.map(({ direction, message }) => `${direction} ${canonical(message)}`).sort()
