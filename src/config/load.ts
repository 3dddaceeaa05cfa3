import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ProxyError } from '../errors.ts'
import { clientServers, serverMaps, workspaceOf, type Complain } from './client-file.ts'
import { readDocument, type ConfigDocument } from './document.ts'
import { nearest } from '../errors/nearest.ts'
import { CONFIG_KEYS, configSchema, ENTRY_KEYS, SERVER_KEYS, type ConfigFile } from './schema.ts'
import type { Surroundings } from './variables.ts'
import { wrappedServers } from './wrapped-list.ts'
import {
  complainOfPorts,
  headersOf,
  ownServers,
  reachOf,
  targetOf,
  withTargets,
  type FileSurroundings,
} from './servers.ts'
import type { ServerEntry, Settings } from './settings.ts'

type Env = Readonly<Record<string, string | undefined>>

/** One thing wrong with a configuration file. `line` and `column` count from 1. */
export interface ConfigProblem {
  readonly line: number
  readonly column: number
  /** Dotted; empty for the file as a whole. */
  readonly key: string
  readonly message: string
}

/** What a file sets, and what is to be said about it. */
export interface LoadedConfig {
  readonly settings: Settings
  /** What was left to others, or left out. */
  readonly remarks: readonly string[]
}

/** Reads a configuration file. Throws `CONFIG_INVALID` naming every problem in it as `file:line:column  key: what is wrong`. */
export const loadConfig = (file: string, env: Env): LoadedConfig => {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ProxyError('CONFIG_INVALID', `The configuration file ${file} cannot be read: ${reason(cause)}.`, {
      hint: 'Check the path; a relative one counts from the folder you are in.',
      cause,
    })
  }
  const { settings, problems, remarks } = parseConfig(text, env, dirname(resolve(file)))
  if (problems.length > 0) {
    const lines = problems.map(
      ({ line, column, key, message }) => `  ${file}:${line}:${column}  ${key === '' ? '' : `${key}: `}${message}`,
    )
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    throw new ProxyError('CONFIG_INVALID', [`${file} has ${count}:`, ...lines].join('\n'), {
      hint: problems.some(({ key }) => key === 'rules')
        ? `This looks like a file of fault rules: mitmcp <url> --faults ${file}`
        : `Mend ${problems.length === 1 ? 'it' : 'them'}; nothing was started. Look again with: mitmcp config check ${file}`,
    })
  }
  return { settings, remarks }
}

const reason = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? ({ ENOENT: 'there is no such file', EACCES: 'permission denied', EISDIR: 'it is a folder' }[cause.code] ??
      cause.code)
    : String(cause)

/**
 * A file to settings: our own (YAML or JSON), or a client's with `mcpServers` or `servers` as it is. Pure: `env` answers variables,
 * relative files count from `folder`. With problems, `settings` is empty.
 */
export const parseConfig = (text: string, env: Env, folder: string): LoadedConfig & { problems: ConfigProblem[] } => {
  const document = readDocument(text)
  const problems: ConfigProblem[] = document.errors.map((error) => ({ ...error, key: '' }))
  const remarks: string[] = []
  if (problems.length > 0) return { settings: {}, problems, remarks }
  const complain: Complain = (path, message) =>
    problems.push({ ...document.placeOf(path), key: path.join('.'), message })

  const around = { env, home: env['HOME'] ?? env['USERPROFILE'] ?? '', workspace: workspaceOf(folder) }
  const remark = (told: string): number => remarks.push(told)
  const maps = serverMaps(document.value)
  const wrapped = wrappedServers(document.value)
  let settings: Settings = {}
  if (wrapped !== undefined) {
    settings = { servers: distinct(wrapped.flatMap((server) => wrappedServer(server, around, complain, remark))) }
  } else if (maps.length > 0) {
    settings = serversOf(distinct(maps.flatMap((map) => clientServers(map, around, complain, remark))))
  } else {
    const file = checked(document, problems)
    if (file !== undefined) settings = settingsOf(file, { env, folder }, complain)
  }
  if (problems.length === 0) return { settings, problems, remarks }
  return { settings: {}, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column), remarks }
}

/** A server of the list that `wrap` keeps: its address as its client would understand it, and the port that stands for it. */
const wrappedServer = (
  { name, url, port, file }: NonNullable<ReturnType<typeof wrappedServers>>[number],
  around: Surroundings,
  complain: Complain,
  remark: (text: string) => void,
): ServerEntry[] => {
  const map = { kind: 'mcpServers', path: ['wrapped'], entries: { [name]: { url } } } as const
  const workspace = workspaceOf(dirname(file))
  return clientServers(map, { ...around, workspace }, complain, remark).map((server) => ({ ...server, port }))
}

/** The file when its shape is right. */
const checked = (document: ConfigDocument, problems: ConfigProblem[]): ConfigFile | undefined => {
  const parsed = configSchema.safeParse(withTargets(document.value ?? {}))
  for (const issue of parsed.error?.issues ?? []) {
    const { path } = issue
    if (issue.code !== 'unrecognized_keys') {
      problems.push({ ...document.placeOf(path), key: path.join('.'), message: issue.message })
      continue
    }
    for (const key of issue.keys) {
      const message = unknownKey(key, path.length === 0 ? CONFIG_KEYS : ENTRY_KEYS)
      problems.push({ ...document.placeOfKey(path, key), key: [...path, key].join('.'), message })
    }
  }
  return parsed.data
}

const unknownKey = (key: string, known: readonly string[]): string => {
  const close = nearest(key, known)
  return close === undefined ? `unknown key; known are ${known.join(', ')}` : `unknown key; did you mean ${close}?`
}

/** One server with a URL is as if it stood alone, so that every flag means it. */
const serversOf = (servers: readonly ServerEntry[]): Settings => {
  const [only] = servers
  if (only?.target === undefined || servers.length > 1) return { servers }
  const { name, ...rest } = only
  return { server: name, name, ...rest }
}

/** Projects of one file may have servers of the same name. */
const distinct = (servers: readonly ServerEntry[]): ServerEntry[] => {
  const names = new Set<string>()
  return servers.map((server) => {
    let { name } = server
    for (let n = 2; names.has(name); n++) name = `${server.name}-${n}`
    names.add(name)
    return { ...server, name }
  })
}

/** The meaning of a file whose shape is right. Tells what the shape cannot: variables that are unset, headers that cannot be sent. */
const settingsOf = (file: ConfigFile, around: FileSurroundings, complain: Complain): Settings => {
  const { env, folder } = around
  const token = file['token-env'] === undefined ? undefined : env[file['token-env']]
  if (file['token-env'] !== undefined && (token === undefined || token === '')) {
    complain(['token-env'], `the variable ${file['token-env']} is not set`)
  }
  const fileOf = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(folder, path)
  const settings = file.servers === undefined ? oneServer(file, around, complain) : manyServers(file, around, complain)
  return Object.assign(
    settings,
    given({
      name: file.name ?? settings.name,
      ui: file.ui,
      uiPort: file['ui-port'],
      token,
      db: fileOf(file.db),
      maxSize: file['max-size'],
      maxAge: file['max-age'],
      record: file.record,
      onOverload: file['on-overload'],
      redact: file.redact,
      redactKeys: file['redact-keys'],
      redactPaths: file['redact-paths'],
      redactValues: file['redact-values'],
      redactKeyFile: fileOf(file['redact-key-file']),
      logLevel: file['log-level'],
      faults: fileOf(file.faults),
      seed: file.seed,
      allowFaultHeaders: file['allow-fault-headers'],
    }),
  )
}

/** A file that speaks of one server, at its top. */
const oneServer = (file: ConfigFile, { env, folder }: FileSurroundings, complain: Complain): Settings => {
  const target = file.target === undefined ? undefined : targetOf(file.target, ['target'], complain)
  const headers = headersOf(file, env, [], complain)
  if (file['one-listener'] !== undefined) complain(['one-listener'], 'is for several servers; there are none')
  const { host, port, insecure, rewrite, 'public-url': publicUrl, 'on-unreachable': onUnreachable } = file
  return given({
    target,
    host,
    port,
    insecure,
    ...reachOf(file, folder),
    rewrite,
    publicUrl,
    onUnreachable,
    headers: headers.length === 0 ? undefined : headers,
  })
}

/** A file with `servers`: what is said of one of them stands there, but for the address of a listener they share. */
const manyServers = (file: ConfigFile, around: FileSurroundings, complain: Complain): Settings => {
  const shared = file['one-listener'] === true
  for (const key of SERVER_KEYS as readonly (keyof ConfigFile)[]) {
    if (file[key] === undefined || (shared && (key === 'host' || key === 'port' || key === 'public-url'))) continue
    complain([key], 'stands beside servers; move it into the server it belongs to')
  }
  const servers = ownServers(file.servers ?? {}, around, complain)
  if (Object.keys(file.servers ?? {}).length === 0) complain(['servers'], 'has no server')
  if (!shared) {
    complainOfPorts(servers, file['ui-port'], (name, message) => complain(['servers', name, 'port'], message))
    return serversOf(servers)
  }
  for (const { name, host, port, publicUrl } of servers) {
    if (host === undefined && port === undefined && publicUrl === undefined) continue
    const key = port !== undefined ? 'port' : host !== undefined ? 'host' : 'public-url'
    complain(['servers', name, key], 'has no meaning with one-listener; say it at the top')
  }
  return given({ servers, oneListener: true, host: file.host, port: file.port, publicUrl: file['public-url'] })
}

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> }

/** The same object without what is undefined. */
const given = <Values extends object>(values: Values): Given<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Values>
