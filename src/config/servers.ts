/** The servers of our own configuration file, and what several of them must not do. */
import { resolve } from 'node:path'
import { ProxyError } from '../errors.ts'
import type { Complain } from './client-file.ts'
import type { Path } from './document.ts'
import type { ConfigFile } from './schema.ts'
import type { ServerEntry } from './settings.ts'
import { parseTarget } from './target.ts'
import { commandWords, isHeader } from './values.ts'

type Env = Readonly<Record<string, string | undefined>>
type FileEntry = NonNullable<ConfigFile['servers']>[string]

/** What a file is read in: the variables it may name, and the folder its relative paths count from. */
export interface FileSurroundings {
  readonly env: Env
  readonly folder: string
}

/** `servers: {shop: https://…}` says the same as `servers: {shop: {target: https://…}}`. The value comes back changed where it does. */
export const withTargets = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('servers' in value)) return value
  const { servers } = value
  if (typeof servers !== 'object' || servers === null || Array.isArray(servers)) return value
  const entries = Object.entries(servers as Record<string, unknown>)
  return {
    ...value,
    servers: Object.fromEntries(
      entries.map(([name, entry]) => [name, typeof entry === 'string' ? { target: entry } : entry]),
    ),
  }
}

/** The entries of `servers`, in their order. What is wrong goes to `complain`. */
export const ownServers = (
  servers: Readonly<Record<string, FileEntry>>,
  around: FileSurroundings,
  complain: Complain,
): ServerEntry[] =>
  Object.entries(servers).flatMap(([name, entry]) => {
    const at = ['servers', name]
    const { target, url, command } = entry
    const given = [target, url, command].filter((value) => value !== undefined)
    if (name === '') complain(at, 'a server needs a name')
    else if (given.length === 0) complain(at, 'has neither a target nor a command')
    else if (given.length > 1) complain(at, 'has more than one of target, url and command')
    else if (command !== undefined) return commandServer(name, entry, at, around.folder, complain)
    else return targetServer(name, entry, at, around, complain)
    return []
  })

/** What a file says of the way to a server. Files of keys and certificates are named from `folder`, its own. */
export const reachOf = (
  { ca, 'client-cert': clientCert, 'client-key': clientKey, 'upstream-proxy': upstreamProxy }: FileEntry,
  folder: string,
): Pick<ServerEntry, 'ca' | 'clientCert' | 'clientKey' | 'upstreamProxy'> => ({
  ...(ca === undefined ? {} : { ca: resolve(folder, ca) }),
  ...(clientCert === undefined ? {} : { clientCert: resolve(folder, clientCert) }),
  ...(clientKey === undefined ? {} : { clientKey: resolve(folder, clientKey) }),
  ...(upstreamProxy === undefined ? {} : { upstreamProxy }),
})

const targetServer = (
  name: string,
  entry: FileEntry,
  at: Path,
  { env, folder }: FileSurroundings,
  complain: Complain,
): ServerEntry[] => {
  const { url, host, port, insecure, rewrite, 'public-url': publicUrl, 'on-unreachable': onUnreachable } = entry
  const target = targetOf(entry.target ?? url ?? '', [...at, url === undefined ? 'target' : 'url'], complain)
  const headers = headersOf(entry, env, at, complain)
  for (const key of ['args', 'env', 'cwd'] as const) {
    if (entry[key] !== undefined) complain([...at, key], 'belongs to a command; this server has a URL')
  }
  if (target === undefined) return []
  return [
    {
      name,
      target,
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(insecure === undefined ? {} : { insecure }),
      ...reachOf(entry, folder),
      ...(rewrite === undefined ? {} : { rewrite }),
      ...(publicUrl === undefined ? {} : { publicUrl }),
      ...(onUnreachable === undefined ? {} : { onUnreachable }),
      ...(headers.length === 0 ? {} : { headers }),
    },
  ]
}

const commandServer = (name: string, entry: FileEntry, at: Path, folder: string, complain: Complain): ServerEntry[] => {
  const { command = [], args, env, cwd } = entry
  for (const key of [
    'host',
    'port',
    'insecure',
    'ca',
    'client-cert',
    'client-key',
    'upstream-proxy',
    'rewrite',
    'public-url',
    'headers',
    'header-env',
    'on-unreachable',
  ] as const) {
    if (entry[key] !== undefined) complain([...at, key], 'belongs to a server with a URL; this one is a command')
  }
  // beside `args` a command is one word, blanks and all, as in the files of clients
  const words = typeof command !== 'string' ? command : args === undefined ? commandWords(command) : [command]
  if (words === undefined) {
    complain([...at, 'command'], 'has a quote that is not closed')
    return []
  }
  const variables = Object.keys(env ?? {})
  return [
    {
      name,
      command: [...words, ...(args ?? [])],
      ...(variables.length === 0 ? {} : { variables }),
      ...(cwd === undefined ? {} : { folder: resolve(folder, cwd) }),
    },
  ]
}

/** A URL that can be proxied to, as it was written. */
export const targetOf = (text: string, at: Path, complain: Complain): string | undefined => {
  try {
    parseTarget(text)
    return text
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error
    complain(at, `${error.message} ${error.hint}`)
    return undefined
  }
}

/** `headers` and `header-env` of a server. */
export const headersOf = (
  server: Pick<ConfigFile, 'headers' | 'header-env'>,
  env: Env,
  at: Path,
  complain: Complain,
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

/** Two on one port: each but the first is told, and whose port it is. The page is on 127.0.0.1. */
export const complainOfPorts = (
  servers: readonly ServerEntry[],
  page: number | undefined,
  complain: (name: string, message: string) => void,
): void => {
  const taken: { readonly whose: string; readonly host: string; readonly port: number }[] =
    page === undefined || page === 0 ? [] : [{ whose: 'the page (ui-port)', host: '127.0.0.1', port: page }]
  for (const { name, host = '127.0.0.1', port = 0 } of servers) {
    if (port === 0) continue
    const other = taken.find((one) => one.port === port && meet(one.host, host))
    if (other === undefined) taken.push({ whose: `the server ${name}`, host, port })
    else complain(name, `port ${port} is that of ${other.whose} already; give each a port of its own, or leave it out`)
  }
}

const meet = (a: string, b: string): boolean =>
  spelled(a) === spelled(b) || [a, b].some((host) => host === '0.0.0.0' || host === '::')

const spelled = (host: string): string => (host.toLowerCase() === 'localhost' ? '127.0.0.1' : host.toLowerCase())
