/** Files of fault rules: what is wrong with one is told with its line and column. */
import { ProxyError } from '../errors.ts'
import { problemText, type RuleProblem, ruleProblemsOf } from '../faults/rules/problem.ts'
import { type ConfigDocument, type Path, type Place, readDocument } from './document.ts'

/** Rides on the error as its `cause`, in a list. */
export type PlacedProblem = RuleProblem & Place

/**
 * Reads a text of YAML or JSON, and gives what `read` makes of its value. Throws `RULE_INVALID` with every problem as
 * `file:line:column  path: what is wrong`.
 */
export function readRuleText<Read>(file: string, text: string, read: (value: unknown) => Read): Read {
  const document = readDocument(text)
  const unreadable = document.errors.map((error): PlacedProblem => ({ path: '', ...error }))
  if (unreadable.length > 0) throw errorOf(file, unreadable, 'It has to be YAML or JSON.')
  try {
    return read(document.value)
  } catch (error) {
    const problems = ruleProblemsOf(error)
    if (problems.length === 0) throw error
    const placed = problems.map((problem) => ({ ...problem, ...placeOf(document, problem.path) }))
    throw errorOf(file, placed, (error as ProxyError).hint)
  }
}

function errorOf(file: string, problems: readonly PlacedProblem[], hint: string): ProxyError {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const lines = sorted.map((problem) => `  ${file}:${problem.line}:${problem.column}  ${problemText(problem)}`)
  const many = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`
  return new ProxyError('RULE_INVALID', [`${file} has ${many}:`, ...lines].join('\n'), { hint, cause: sorted })
}

/** Of the key it is about; of what should have it, where there is none. */
function placeOf(document: ConfigDocument, text: string): Place {
  const whole = text.split('.').filter(Boolean)
  // a list of rules alone stands for `rules`
  const path: Path = (Array.isArray(document.value) ? whole.slice(1) : whole).map((part) =>
    /^\d+$/.test(part) ? Number(part) : part,
  )
  const last = path.at(-1)
  return typeof last === 'string' ? document.placeOfKey(path.slice(0, -1), last) : document.placeOf(path)
}
