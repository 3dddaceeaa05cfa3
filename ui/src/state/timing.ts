import type { FrameDetail } from '../../../src/api/contract.ts'

/** A bar of the diagram, in fractions of its width. */
export interface TimingBar {
  readonly from: number
  readonly to: number
}

/** The four instants on one scale. */
export interface Timing {
  readonly received: TimingBar
  /** Null when it never left. */
  readonly sent: TimingBar | null
  /** Microseconds from the first byte in to the last byte out, or to the last in when it never left. */
  readonly total: number
  /** Microseconds between the first byte in and the first out; null when it never left. */
  readonly held: number | null
  /** Chunks by fraction of the width; at most a hundred. */
  readonly chunks: readonly number[]
}

export function timingOf(
  frame: Pick<FrameDetail, 'receivedAt' | 'receivedLastAt' | 'sentAt' | 'sentLastAt' | 'chunks'>,
): Timing {
  const { receivedAt, receivedLastAt, sentAt, chunks } = frame
  const sentLastAt = frame.sentLastAt ?? sentAt
  const end = Math.max(receivedLastAt, sentLastAt ?? receivedLastAt)
  const total = end - receivedAt
  const fraction = (at: number) => (total === 0 ? 0 : Math.max(0, Math.min(1, (at - receivedAt) / total)))
  return {
    received: { from: 0, to: fraction(receivedLastAt) },
    sent: sentAt === null || sentLastAt === null ? null : { from: fraction(sentAt), to: fraction(sentLastAt) },
    total,
    held: sentAt === null ? null : sentAt - receivedAt,
    chunks: chunks.slice(0, 100).map(({ at }) => fraction(at)),
  }
}
