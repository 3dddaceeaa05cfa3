import { parseArgs, type ParseArgsConfig } from 'node:util'
import { RECORD_DEPTHS } from '../config/settings.ts'
import { isPattern } from '../config/values.ts'
import { ProxyError } from '../errors.ts'

/** A command line that wraps a server, not yet understood: what stands before `--`, and the server's command line behind it. */
export interface WrappedCommand {
  readonly flags: readonly string[]
  readonly command: readonly string[]
}

/** What the flags say. */
export interface WrapFlags {
  readonly name?: string
  readonly db?: string
  readonly record?: (typeof RECORD_DEPTHS)[number]
  readonly noRedact?: true
  readonly redactKeys?: readonly string[]
  readonly redactPaths?: readonly string[]
  readonly redactValues?: readonly string[]
  readonly redactKeyFile?: string
  readonly faults?: string
  readonly seed?: number
}

/** Flags of `stdio`, as the help tells them: name, what its value is called (none for a switch), and what it does. */
export const WRAP_FLAGS = [
  ['name', '<name>', 'what the server is called in the record (default: after its command)'],
  ['db', '<file>', 'capture file (default: the one in your data folder)'],
  ['record', '<depth>', `how much is kept: ${RECORD_DEPTHS.join(', ')} (default: full)`],
  ['no-redact', '', 'keep secrets in the capture'],
  ['redact-key', '<name>', 'redact this JSON key; repeatable'],
  ['redact-path', '<path>', 'redact this place in messages, e.g. params.arguments.password; repeatable'],
  ['redact-value', '<pattern>', 'redact values that match this regular expression; repeatable'],
  ['redact-key-file', '<file>', 'key of the hashes that stand for secrets, to share between machines'],
  ['faults', '<file>', 'fault rules (YAML), read again whenever the file changes'],
  ['seed', '<number>', 'of all draws of fault rules (default: any; that of the file wins)'],
] as const

const OPTIONS: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
  WRAP_FLAGS.map(([name, value]) => [
    name,
    {
      type: value === '' ? ('boolean' as const) : ('string' as const),
      multiple: /^redact-(key|path|value)$/.test(name),
    },
  ]),
)

/**
 * `[flags] -- command args…`, with or without the word `stdio` before it. Null for every other command line. Looks at the words
 * only, and so costs nothing: a wrapped server is to start at once.
 */
export function wrappedCommand(args: readonly string[]): WrappedCommand | null {
  const border = args.indexOf('--')
  if (border === -1) return null
  const before = args.slice(0, border)
  const command = args.slice(border + 1)
  if (before[0] === 'stdio') return { flags: before.slice(1), command }
  return before.length === 0 || before[0]?.startsWith('-') === true ? { flags: before, command } : null
}

/** Throws `OPTION_INVALID`. */
export function wrapFlags(flags: readonly string[]): WrapFlags {
  const values = parsed(flags)
  const text = (name: string): string | undefined => values[name] as string | undefined
  const texts = (name: string): string[] | undefined => values[name] as string[] | undefined
  const record = RECORD_DEPTHS.find((depth) => depth === text('record'))
  if (text('record') !== undefined && record === undefined) {
    throw invalid(`--record is "${text('record')}"; it must be one of ${RECORD_DEPTHS.join(', ')}.`)
  }
  const broken = texts('redact-value')?.find((pattern) => !isPattern(pattern))
  if (broken !== undefined) throw invalid(`--redact-value "${broken}" is no regular expression.`)
  const seed = text('seed')
  if (seed !== undefined && !/^\d{1,15}$/.test(seed)) throw invalid(`--seed "${seed}" is no whole number.`)
  const given = {
    name: text('name'),
    db: text('db'),
    record,
    noRedact: values['no-redact'] === true ? (true as const) : undefined,
    redactKeys: texts('redact-key'),
    redactPaths: texts('redact-path'),
    redactValues: texts('redact-value'),
    redactKeyFile: text('redact-key-file'),
    faults: text('faults'),
    seed: seed === undefined ? undefined : Number(seed),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as WrapFlags
}

function parsed(flags: readonly string[]): Record<string, unknown> {
  try {
    return parseArgs({ args: [...flags], options: OPTIONS, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw invalid(`${(error as Error).message.split('. ')[0]}.`)
  }
}

function invalid(message: string): ProxyError {
  return new ProxyError('OPTION_INVALID', message, {
    hint: 'Write it as mitmcp stdio [flags] -- node server.js ; mitmcp stdio --help lists the flags.',
  })
}
