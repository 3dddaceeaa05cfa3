import { LOG_LEVELS, type LogLevel, type Settings } from './settings.ts'
import { parseBoolean, parseLimit, parsePort } from './values.ts'

/** What the environment says, and what has to be said about it. */
export interface Environment {
  readonly settings: Settings
  /** Foreign names that were used because ours is unset; printed at start. */
  readonly borrowed: readonly string[]
  /** Names that look meant for us but belong to servers; printed at start. */
  readonly foreign: readonly string[]
  /** One sentence for each value that is not valid. */
  readonly problems: readonly string[]
}

const FOREIGN = ['MCP_WORKERS', 'MCP_AUTH_ENABLED', 'MCP_ENABLE_CACHE'] as const

/**
 * Reads `MITMCP_PORT`, `_HOST`, `_UI_PORT`, `_DB`, `_MAX_SIZE`, `_MAX_AGE`, `_LOG_LEVEL` and `_DEBUG`. `MCP_PORT`, `MCP_LOG_LEVEL` and `MCP_DEBUG` count where
 * ours is unset. An empty value is an unset one. Never throws: problems are data, so that all of them can be told at once.
 */
export const readEnvironment = (env: Readonly<Record<string, string | undefined>>): Environment => {
  const settings: Settings = {}
  const borrowed: string[] = []
  const problems: string[] = []

  const read = <Value>(name: string, parse: (text: string) => Value | undefined, wants: string): Value | undefined => {
    const lender = BORROWED[name]
    const source = given(env, name) ? name : lender !== undefined && given(env, lender) ? lender : undefined
    const text = source === undefined ? undefined : env[source]
    if (source === undefined || text === undefined) return undefined
    if (source === lender) borrowed.push(source)
    const value = parse(text)
    if (value === undefined) problems.push(`${source} is "${text}"; it must be ${wants}.`)
    return value
  }

  const port = read('MITMCP_PORT', parsePort, A_PORT)
  const uiPort = read('MITMCP_UI_PORT', parsePort, A_PORT)
  const host = read('MITMCP_HOST', (text) => text, 'an address')
  const db = read('MITMCP_DB', (text) => text, 'a file')
  const maxSize = read('MITMCP_MAX_SIZE', (text) => parseLimit(text, 'size'), 'a size such as 2gb, or none')
  const maxAge = read('MITMCP_MAX_AGE', (text) => parseLimit(text, 'age'), 'a time span such as 30d, or none')
  const level = read('MITMCP_LOG_LEVEL', parseLevel, `one of ${LOG_LEVELS.join(', ')}`)
  const debug = read('MITMCP_DEBUG', parseBoolean, '1 or 0')
  if (port !== undefined) settings.port = port
  if (uiPort !== undefined) settings.uiPort = uiPort
  if (host !== undefined) settings.host = host
  if (db !== undefined) settings.db = db
  if (maxSize !== undefined) settings.maxSize = maxSize
  if (maxAge !== undefined) settings.maxAge = maxAge
  const logLevel = level ?? (debug === true ? 'debug' : undefined)
  if (logLevel !== undefined) settings.logLevel = logLevel

  return { settings, borrowed, foreign: FOREIGN.filter((name) => given(env, name)), problems }
}

const A_PORT = 'a port, a whole number from 0 to 65535'

const BORROWED: Readonly<Record<string, string>> = {
  MITMCP_PORT: 'MCP_PORT',
  MITMCP_LOG_LEVEL: 'MCP_LOG_LEVEL',
  MITMCP_DEBUG: 'MCP_DEBUG',
}

const given = (env: Readonly<Record<string, string | undefined>>, name: string): boolean =>
  env[name] !== undefined && env[name] !== ''

/** `WARNING`, as Python writes it, counts as `warn`. */
const parseLevel = (text: string): LogLevel | undefined => {
  const word = text
    .toLowerCase()
    .replace(/^warning$/, 'warn')
    .replace(/^(critical|fatal)$/, 'error')
  return LOG_LEVELS.find((level) => level === word)
}
