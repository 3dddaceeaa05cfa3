/** Which scope a piece of traffic belongs to, and what a rule is to see of a connection. */
import type { Subject, SubjectMessage } from '../../filter/index.ts'
import { termsOf } from '../../filter/tree.ts'
import type { Direction } from '../../wire/frame.ts'
import type { Rule } from '../rules/parse.ts'
import type { Unit } from '../unit.ts'

/** Whole units have to be made for it. */
export function needsUnits(rule: Rule): boolean {
  const { fault, perUnit, per, analysis, after, state } = rule
  if (fault.needs === 'units' || perUnit || per !== 'connection' || analysis.needs !== 'connection') return true
  return state !== undefined || (after !== undefined && after.what !== 'bytes' && after.what !== 'time')
}

const OF_HEADS: ReadonlySet<string> = new Set(['server', 'tap', 'dir', 'path', 'verb', 'header', 'status'])

/** An HTTP head tells whether it matches the message; what a body says of session and era is not asked. */
export function toldByHead({ filter }: Rule): boolean {
  return filter.text.trim() !== '' && termsOf(filter.root).every(({ key }) => OF_HEADS.has(key))
}

/** It can be told from the connection alone whether it matches: then it is met as soon as it is there. */
export function metAtOnce({ per, perUnit, analysis, state }: Rule): boolean {
  return per === 'connection' && !perUnit && analysis.needs === 'connection' && state?.requires === undefined
}

/** Directions whose traffic a rule has to see: to act, to match, or to count. */
export function watchedDirections(rule: Rule): readonly Direction[] {
  const { directions, analysis, perUnit, after } = rule
  const counts = after?.what === 'calls' || after?.what === 'filter'
  if (counts || rule.fault.hears === true) return ['c2s', 's2c']
  if (perUnit || metAtOnce(rule)) return directions
  // a call is asked for in one direction, and its stream comes in the other
  if (analysis.needs === 'message' || directions.length + analysis.directions.length > 2) return ['c2s', 's2c']
  return directions[0] === analysis.directions[0] ? directions : ['c2s', 's2c']
}

/** The scope of a unit; for traffic without meaning (`unit` undefined) there are connections only. Null: none. */
export function scopeOf({ per }: Rule, connection: number, unit: Unit | undefined): string | null {
  if (per === 'connection') return `connection ${connection}`
  if (unit === undefined) return null
  if (per === 'session') return sessionOf(unit.subject, connection)
  return unit.exchange === null ? `connection ${connection}` : `exchange ${connection} ${unit.exchange}`
}

/** Its session, or the connection where none is known. */
export const sessionOf = ({ session }: Subject, connection: number): string =>
  session === null ? `connection ${connection}` : `session ${session}`

/** Its match is about one session or client. */
export function namesSessions({ match }: Rule): boolean {
  return match !== null && termsOf(match.root).some(({ key }) => key === 'session' || key === 'client')
}

/** The head of an answer, as a stream is told by what was asked for. */
export function withAsked(subject: Subject, messages: readonly SubjectMessage[]): Subject {
  return {
    direction: subject.direction,
    kind: subject.kind,
    at: subject.at,
    size: subject.size,
    transport: subject.transport,
    era: subject.era,
    server: subject.server,
    tap: subject.tap,
    session: subject.session,
    client: subject.client,
    verb: subject.verb,
    path: subject.path,
    status: subject.status,
    stream: subject.stream,
    header: (name) => subject.header(name),
    messages,
    text: () => subject.text(),
  }
}

/** The exchange is over with this unit. */
export function endsExchange(unit: Unit, kind: string): boolean {
  const { direction, stream, status } = unit.subject
  if (direction !== 's2c' || unit.exchange === null) return false
  return kind === 'end' || (stream === null && status !== null && status >= 200)
}
