import type { FrameDetail } from '../../../src/api/contract.ts'
import { parseEventBlock } from './event-block.ts'

/** The text that carries the message: an event's `data`, else the payload itself. */
export function messageText({ kind, text }: Pick<FrameDetail, 'kind' | 'text'>): string {
  return kind === 'event' ? (parseEventBlock(text).data ?? text) : text
}
