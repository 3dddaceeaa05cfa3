import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { ProxyError } from '../errors.ts'
import { nearest } from './nearest.ts'
import { CONFIG_KEYS, configSchema, SERVER_KEYS, type ConfigFile } from './schema.ts'
import type { Settings } from './settings.ts'
import { parseTarget } from './target.ts'
import { isHeader } from './values.ts'

type Env = Readonly<Record<string, string | undefined>>
type Path = readonly PropertyKey[]

/** One thing wrong with a configuration file. `line` and `column` count from 1. */
export interface ConfigProblem {
  readonly line: number
  readonly column: number
  /** Dotted; empty for the file as a whole. */
  readonly key: string
  readonly message: string
}

/** Reads a configuration file. Throws `CONFIG_INVALID` naming every problem in it as `file:line:column  key: what is wrong`. */
export const loadConfig = (file: string, env: Env): Settings => {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ProxyError('CONFIG_INVALID', `The configuration file ${file} cannot be read: ${reason(cause)}.`, {
      hint: 'Check the path given to --config.',
      cause,
    })
  }
  const { settings, problems } = parseConfig(text, env, dirname(resolve(file)))
  if (problems.length > 0) {
    const lines = problems.map(
      ({ line, column, key, message }) => `  ${file}:${line}:${column}  ${key === '' ? '' : `${key}: `}${message}`,
    )
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    throw new ProxyError('CONFIG_INVALID', [`${file} has ${count}:`, ...lines].join('\n'), {
      hint: `Mend ${problems.length === 1 ? 'it' : 'them'}; nothing was started. Look again with: mitmcp config check ${file}`,
    })
  }
  return settings
}

const reason = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? ({ ENOENT: 'there is no such file', EACCES: 'permission denied', EISDIR: 'it is a folder' }[cause.code] ??
      cause.code)
    : String(cause)

/**
 * YAML (JSON is YAML) to settings. Pure: `env` answers `header-env` and `token-env`, relative files count from `folder`.
 * With problems, `settings` is empty.
 */
export const parseConfig = (
  text: string,
  env: Env,
  folder: string,
): { settings: Settings; problems: ConfigProblem[] } => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problems: ConfigProblem[] = []
  const report = (offset: number, key: string, message: string): void => {
    const { line, col } = lines.linePos(offset)
    problems.push({ line: Math.max(line, 1), column: Math.max(col, 1), key, message })
  }

  for (const error of document.errors) report(error.pos[0], '', error.message)
  if (problems.length > 0) return { settings: {}, problems }

  const parsed = configSchema.safeParse(document.toJS() ?? {})
  const complain = (path: Path, message: string): void => report(offsetOf(document, path), path.join('.'), message)
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const known = issue.path.length === 0 ? CONFIG_KEYS : SERVER_KEYS
        report(keyOffsetOf(document, issue.path, key), [...issue.path, key].join('.'), unknownKey(key, known))
      }
    } else complain(issue.path, issue.message)
  }
  if (!parsed.success) return { settings: {}, problems: problems.sort(byPlace) }

  const settings = settingsOf(parsed.data, env, folder, complain)
  return problems.length > 0 ? { settings: {}, problems: problems.sort(byPlace) } : { settings, problems }
}

const byPlace = (a: ConfigProblem, b: ConfigProblem): number => a.line - b.line || a.column - b.column

const unknownKey = (key: string, known: readonly string[]): string => {
  const close = nearest(key, known)
  return close === undefined ? `unknown key; known are ${known.join(', ')}` : `unknown key; did you mean ${close}?`
}

/** Where a value stands; for one that is missing, where its parent does. */
const offsetOf = (document: Document, path: Path): number => {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

const keyOffsetOf = (document: Document, path: Path, key: string): number => {
  const map = path.length === 0 ? document.contents : document.getIn(path, true)
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined
  return isNode(pair?.key) && pair.key.range ? pair.key.range[0] : offsetOf(document, path)
}

const SERVER_SETTINGS = [
  'target',
  'host',
  'port',
  'insecure',
  'rewrite',
  'headers',
  'header-env',
  'on-unreachable',
] as const

/** The meaning of a file whose shape is right. Tells what the shape cannot: variables that are unset, headers that cannot be sent. */
const settingsOf = (
  file: ConfigFile,
  env: Env,
  folder: string,
  complain: (path: Path, message: string) => void,
): Settings => {
  const names = Object.keys(file.servers ?? {})
  const [name] = names
  if (file.servers && names.length !== 1) {
    complain(['servers'], names.length === 0 ? 'has no server' : 'has several servers; one is supported so far')
  }
  if (file.servers) {
    for (const key of SERVER_SETTINGS) {
      if (file[key] !== undefined) complain([key], 'stands beside servers; move it into the server it belongs to')
    }
  }
  const server = name === undefined ? file : (file.servers?.[name] ?? {})
  const at: Path = name === undefined ? [] : ['servers', name]
  const settings: Settings = {}
  if (server.target !== undefined) {
    try {
      parseTarget(server.target)
      settings.target = server.target
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error
      complain([...at, 'target'], `${error.message} ${error.hint}`)
    }
  }
  const headers = headersOf(server, env, at, complain)
  const token = file['token-env'] === undefined ? undefined : env[file['token-env']]
  if (file['token-env'] !== undefined && (token === undefined || token === '')) {
    complain(['token-env'], `the variable ${file['token-env']} is not set`)
  }
  const fileOf = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(folder, path)
  return Object.assign(
    settings,
    given({
      name: file.name ?? name,
      host: server.host,
      port: server.port,
      insecure: server.insecure,
      rewrite: server.rewrite,
      onUnreachable: server['on-unreachable'],
      headers: headers.length === 0 ? undefined : headers,
      ui: file.ui,
      uiPort: file['ui-port'],
      token,
      db: fileOf(file.db),
      record: file.record,
      onOverload: file['on-overload'],
      redact: file.redact,
      redactKeys: file['redact-keys'],
      redactPaths: file['redact-paths'],
      redactValues: file['redact-values'],
      redactKeyFile: fileOf(file['redact-key-file']),
      logLevel: file['log-level'],
    }),
  )
}

const headersOf = (
  server: Pick<ConfigFile, 'headers' | 'header-env'>,
  env: Env,
  at: Path,
  complain: (path: Path, message: string) => void,
): [string, string][] => {
  const headers: [string, string][] = []
  for (const [name, value] of Object.entries(server.headers ?? {})) {
    if (isHeader(name, value)) headers.push([name, value])
    else complain([...at, 'headers', name], 'is no header that can be sent')
  }
  for (const [name, variable] of Object.entries(server['header-env'] ?? {})) {
    const value = env[variable]
    if (value === undefined || value === '')
      complain([...at, 'header-env', name], `the variable ${variable} is not set`)
    else if (isHeader(name, value)) headers.push([name, value])
    else complain([...at, 'header-env', name], 'is no header that can be sent')
  }
  return headers
}

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> }

/** The same object without what is undefined. */
const given = <Values extends object>(values: Values): Given<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Values>
