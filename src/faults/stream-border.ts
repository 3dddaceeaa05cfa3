import type { FaultFrame } from './unit.ts'

/** What begins or ends a stream: its head, what closes its body, a close frame. Never twice, never in another place. */
export function isBorder({ meaning: { subject } }: FaultFrame): boolean {
  return subject.kind === 'end' || subject.kind === 'close' || (subject.kind === 'head' && subject.stream !== null)
}

/** It can come again, or elsewhere in its stream: an event, a message, a line. A whole HTTP message cannot. */
export function isLoose(event: FaultFrame): boolean {
  return !isBorder(event) && event.meaning.another('{}') !== null
}
