/** What is wrong with a filter's text, and where. */
import { ProxyError } from '../errors.ts'
import type { Span } from './tree.ts'

/** Rides on the error as its `cause`. */
export interface FilterProblem extends Span {
  /** What could stand there, best first; empty where nothing can. */
  readonly expected: readonly string[]
  /** The key or value that was probably meant. */
  readonly nearest: string | null
}

/** `what` goes on after the position: `there is no key "metod"`. */
export function refuse(
  what: string,
  { from, to }: Span,
  { expected = [], nearest = null, hint }: Partial<Omit<FilterProblem, 'from' | 'to'>> & { hint?: string } = {},
): never {
  const problem: FilterProblem = { from, to, expected, nearest }
  throw new ProxyError('FILTER_INVALID', `Filter, character ${from + 1}: ${what}.`, {
    hint: hint ?? (nearest === null ? oneOf(expected) : `Did you mean ${nearest}?`),
    cause: problem,
  })
}

/** Where and why a filter was refused; undefined for any other error. */
export function problemOf(error: unknown): FilterProblem | undefined {
  return error instanceof ProxyError && error.code === 'FILTER_INVALID' ? (error.cause as FilterProblem) : undefined
}

function oneOf(expected: readonly string[]): string {
  return expected.length === 0 ? '' : `There ${expected.length === 1 ? 'is' : 'are'}: ${expected.join(', ')}.`
}
