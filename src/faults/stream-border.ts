import type { FaultFrame } from './unit.ts'

/** What begins or ends a stream: its head, what closes its body, a close frame. Never twice, never in another place. */
export function isBorder(event: FaultFrame): boolean {
  const { kind } = event.meaning.subject
  return kind === 'end' || kind === 'close' || beginsStream(event)
}

/** The head of an event stream, or what opens a WebSocket. */
export function beginsStream({ meaning: { subject } }: FaultFrame): boolean {
  return subject.kind === 'head' && (subject.stream !== null || subject.status === 101)
}

/** It can come again, or elsewhere in its stream: an event, a message, a line. A whole HTTP message cannot. */
export function isLoose(event: FaultFrame): boolean {
  return !isBorder(event) && event.meaning.another('{}') !== null
}
