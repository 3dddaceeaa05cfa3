import type { FaultFrame } from './unit.ts'

/** A ping, a pong, or a block of an event stream that says nothing: what only keeps a connection alive. */
export function isFiller({ meaning: { subject, json } }: FaultFrame): boolean {
  if (subject.kind === 'ping' || subject.kind === 'pong') return true
  return subject.kind === 'event' && json === null && !/^(data|event|id|retry)/m.test(subject.text())
}
