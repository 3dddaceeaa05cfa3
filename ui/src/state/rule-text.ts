import type { WrittenRule } from '../../../src/api/contract.ts'

/** The rule as a file has it, for `--faults`. */
export function ruleYaml(rule: WrittenRule): string {
  const lines = Object.entries(rule).flatMap(([name, value]) => entry(name, value, 0))
  return `rules:\n${lines.map((line, at) => `${at === 0 ? '  - ' : '    '}${line}`).join('\n')}\n`
}

function entry(name: string, value: unknown, depth: number): string[] {
  const pad = '  '.repeat(depth)
  const key = `${pad}${scalar(name)}:`
  if (Array.isArray(value)) return [`${key} ${JSON.stringify(value)}`]
  if (typeof value !== 'object' || value === null) return [`${key} ${scalar(value)}`]
  const inner = Object.entries(value)
  if (inner.length === 0) return [`${key} {}`]
  return [key, ...inner.flatMap(([part, each]) => entry(part, each, depth + 1))]
}

/** Plain where YAML reads it as it is; quoted as JSON, which is YAML, elsewhere. */
const PLAIN = /^[A-Za-z_][\w./-]*$/
const WORDS = /^(true|false|null|yes|no|on|off|y|n)$/i
const SPAN = /^\d+(\.\d+)?(ms|s|m|h|d|b|kb|mb|gb)(\/s)?$/

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  if (SPAN.test(value) || (PLAIN.test(value) && !WORDS.test(value))) return value
  return value.includes("'") || value.includes('\n') ? JSON.stringify(value) : `'${value}'`
}

/** The rule as one line of a POSIX shell. */
export function ruleCommand(rule: WrittenRule): string {
  return ['mitmcp', 'fault', 'add', ...ruleWords(rule)].map(shellWord).join(' ')
}

/** The rule as words behind `mitmcp fault add`. */
export function ruleWords({ fault, ...rest }: WrittenRule): string[] {
  const options = Object.entries(rest).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`]
    if (value === false) return [`--no-${name}`]
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    // what begins like a flag is none when it is joined to one
    return text.startsWith('--') ? [`--${name}=${text}`] : [`--${name}`, text]
  })
  return [fault, ...options]
}

const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
