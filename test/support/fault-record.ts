/** What a capture says of faults, as a person reads it. */
import { expect } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import type { CallRow, DecisionRow, FrameRow } from '../../src/store/rows.ts'

export interface Recorded {
  /** Direction and kind, with the text of an event or message. */
  readonly frames: readonly (FrameRow & { readonly text: string; readonly decided: readonly DecisionRow[] })[]
  readonly calls: readonly CallRow[]
  readonly decisions: readonly DecisionRow[]
  readonly endings: readonly unknown[]
  readonly logs: readonly { readonly kind: string; readonly detail: unknown }[]
  /** What a person sees of a frame at a glance. */
  readonly marks: readonly string[]
}

/** All of a capture of one connection. */
export function readRecord(db: string): Recorded {
  const reader = openReader(db)
  const frames = reader.frames({ limit: 500 }).rows.toSorted((a, b) => a.id - b.id)
  const detailed = frames.map((frame) => {
    const { text = '', decisions = [] } = reader.frame(frame.id) ?? {}
    return { ...frame, text, decided: decisions }
  })
  const ends = reader.connection(1)
  const decisions = reader.decisions({ limit: 500 }).toSorted((a, b) => a.id - b.id)
  const all = {
    frames: detailed,
    calls: reader.calls({ limit: 500 }),
    decisions,
    endings: [ends?.c2sEnding, ends?.s2cEnding],
    logs: reader.logs({ limit: 500 }),
    marks: detailed.filter(({ faults, ours }) => faults.length > 0 || ours !== null).map(mark),
  }
  reader.close()
  return all
}

const mark = ({ direction, kind, faults, droppedBy, ours, sentAt, edits }: FrameRow): string =>
  [
    `${direction} ${kind}`,
    ...faults.map((rule) => `by ${rule}`),
    ...(droppedBy === null ? [] : [`dropped by ${droppedBy}`]),
    ...(ours === null ? [] : [`ours, ${ours}`]),
    ...(droppedBy === null && ours === null ? edits.map((edit) => `edited by ${edit}`) : []),
    sentAt === null ? 'not sent' : 'sent',
  ].join(', ')

/** Rules that fired, and what they did. */
export const firedOnce = (decisions: readonly DecisionRow[]): string[] =>
  decisions.filter(({ fired }) => fired).map(({ rule, action }) => `${rule}: ${action}`)

/** Each decision is older than what became of its frame. */
export function expectDecidedBefore({ frames, decisions }: Recorded): void {
  const touched = frames.filter(({ sentAt, decided }) => sentAt !== null && decided.length > 0)
  expect(touched.every(({ sentAt, decided }) => decided.every(({ at }) => at <= (sentAt ?? 0)))).toBe(true)
  expect(decisions.length).toBeGreaterThan(0)
}
