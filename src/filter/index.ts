/**
 * The one filter language: the same words, with the same meaning, on the command line, in the API, on the page and in a rule's
 * `match`. `parseFilter` makes a tree that knows where each term stands; `compile` a question to ask of traffic, on its way or recorded;
 * the store makes SQL of the same tree, and a test holds the two together.
 *
 * A further key: a line in `keys.ts`, a case in `compile.ts`, one in `explain.ts`, one in the store's `filter-sql.ts`.
 * @module
 */
export { analyse, type Analysis, type Known } from './analyse.ts'
export { compile, matches, type Predicate } from './compile.ts'
export { complete, type Candidate, type Completion, type KnownValues } from './complete.ts'
export { explain } from './explain.ts'
export { KEYS, type Key, type KeySpec } from './keys.ts'
export { parseFilter } from './parse.ts'
export { print } from './print.ts'
export { problemOf, type FilterProblem } from './problem.ts'
export { silenceOf, type Silence } from './silence.ts'
export type { Filter, Node, Pattern, Range, Span, Term, Value } from './tree.ts'
export type { Subject, SubjectMessage } from './subject.ts'
