import { isFaultRule } from '../store/fault-rules.ts'
import type { FrameRecord } from '../store/records.ts'
import type { RecordingContext } from './context.ts'
import type { Flow } from './flow.ts'
import { emptySpan } from './frame-span.ts'
import { headLength, keptOwn, readOwn } from './own-bytes.ts'
import type { PackedEdit } from './packing.ts'

const NOTHING = new Uint8Array(0)

/** Bytes a rule put in, in the place of none; or a head that whoever makes units for rules had to send. */
export function isOwn({ removed, rule, bytes }: PackedEdit): boolean {
  return removed === 0 && (isFaultRule(rule) || (rule === 'framing' && headLength(bytes) > 0))
}

/** A frame that was never received: it stands in its flow where it was put in, and carries the edit that made it. */
export function ownFrame(context: RecordingContext, flow: Flow, edit: PackedEdit, at: number): FrameRecord {
  const { direction, offset, bytes, rule } = edit
  const kept = keptOwn(context, bytes)
  const { kind, label, messages } = readOwn(flow.row, kept)
  const instants = { receivedAt: at, receivedLastAt: at, sentAt: at, sentLastAt: at }
  const frame = flow.frame(direction, { ...emptySpan(), ...instants, kind, offset, size: bytes.length }, label)
  frame.messages = messages
  frame.edits = context.edits.intern([{ offset: 0, length: null, removed: NOTHING, bytes: kept, rule }])
  if (kept !== null && kept.length > 0) context.dirty.batch.payloads.push({ frame, bytes: kept })
  return frame
}
