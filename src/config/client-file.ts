/** The servers in a client's own configuration file, as the client would understand them. */
import { dirname, basename } from 'node:path'
import { ProxyError } from '../errors.ts'
import type { Path } from './document.ts'
import type { ServerEntry } from './settings.ts'
import { parseTarget } from './target.ts'
import { isHeader } from './values.ts'
import { resolveVariables, type Surroundings } from './variables.ts'

/** Where the servers of a file are. */
export interface ServerMap {
  /** `mcpServers`: Claude Desktop, Claude Code, Cursor and most others; `servers`: VS Code. */
  readonly kind: 'mcpServers' | 'vscode'
  readonly path: readonly string[]
  readonly entries: Readonly<Record<string, unknown>>
}

/** Keys under which clients have the URL of a server: most `url`, Gemini CLI `httpUrl`, Windsurf `serverUrl`. */
export const URL_KEYS = ['url', 'httpUrl', 'serverUrl'] as const

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What in an entry only VS Code writes: its own files need not say more than `servers`. */
const VSCODE_MARKS = ['type', 'gallery', 'version', 'envFile', 'dev', 'sandboxEnabled']

/**
 * The maps of servers in a parsed file; none when it is not a client's. Claude Code's `~/.claude.json` has one for the user and one
 * for each project; VS Code's settings may have one under `mcp`. `anyServers`: whatever is under `servers` is taken for VS Code's.
 */
export const serverMaps = (root: unknown, anyServers = false): ServerMap[] => {
  if (!isObject(root)) return []
  const maps: ServerMap[] = []
  const add = (kind: ServerMap['kind'], path: readonly string[], entries: unknown): void => {
    if (isObject(entries)) maps.push({ kind, path, entries })
  }
  add('mcpServers', ['mcpServers'], root['mcpServers'])
  if (isObject(root['projects'])) {
    for (const [folder, project] of Object.entries(root['projects'])) {
      if (isObject(project)) add('mcpServers', ['projects', folder, 'mcpServers'], project['mcpServers'])
    }
  }
  if (isObject(root['mcp'])) add('vscode', ['mcp', 'servers'], root['mcp']['servers'])
  if (anyServers || isVsCode(root)) add('vscode', ['servers'], root['servers'])
  return maps
}

const isVsCode = ({ inputs, servers }: Record<string, unknown>): boolean =>
  isObject(servers) &&
  (inputs !== undefined ||
    Object.values(servers).some((entry) => isObject(entry) && VSCODE_MARKS.some((mark) => mark in entry)))

/** The folder a client takes for the workspace: that of the file, or the one above `.vscode`, `.cursor`. */
export const workspaceOf = (folder: string): string =>
  /^\.(vscode|cursor)$/.test(basename(folder)) ? dirname(folder) : folder

/** What is wrong with a value, and where it stands. */
export type Complain = (path: Path, message: string) => void

/** Reads the servers of a map. Problems go to `complain`; what only the client can do is said in `remark`. */
export const clientServers = (
  { path, entries }: ServerMap,
  around: Surroundings,
  complain: Complain,
  remark: (text: string) => void,
): ServerEntry[] =>
  Object.entries(entries).flatMap(([name, entry]) => {
    const at = [...path, name]
    if (name === '') return refuse(complain, at, 'a server needs a name')
    if (!isObject(entry)) return refuse(complain, at, 'must be the settings of a server')
    if (entry['disabled'] === true) {
      remark(`${name} is disabled in its file, so it is left out.`)
      return []
    }
    const key = URL_KEYS.find((known) => typeof entry[known] === 'string')
    if (key !== undefined) return httpServer(name, entry, key, at, { around, complain, remark })
    if (typeof entry['command'] === 'string' && entry['command'] !== '') return stdioServer(name, entry, at, complain)
    return refuse(complain, at, 'has neither a url nor a command')
  })

const refuse = (complain: Complain, at: Path, message: string): [] => {
  complain(at, message)
  return []
}

interface Reading {
  readonly around: Surroundings
  readonly complain: Complain
  readonly remark: (text: string) => void
}

const httpServer = (
  name: string,
  entry: Record<string, unknown>,
  key: string,
  at: readonly string[],
  { around, complain, remark }: Reading,
): ServerEntry[] => {
  const url = resolveVariables(String(entry[key]), around)
  if ('unset' in url) return refuse(complain, [...at, key], `the variable ${url.unset} is not set`)
  if ('foreign' in url) return refuse(complain, [...at, key], onlyClient(url.foreign))
  let target
  try {
    target = parseTarget(url.text).href
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error
    return refuse(complain, [...at, key], `${error.message} ${error.hint}`)
  }
  const headers: [string, string][] = []
  for (const [field, text] of Object.entries(isObject(entry['headers']) ? entry['headers'] : {})) {
    const value = resolveVariables(String(text), around)
    if ('unset' in value) complain([...at, 'headers', field], `the variable ${value.unset} is not set`)
    else if ('foreign' in value) {
      remark(`${name}: the header ${field} is left to the client, because ${onlyClient(value.foreign)}.`)
    } else if (isHeader(field, value.text)) headers.push([field, value.text])
    else complain([...at, 'headers', field], 'is no header that can be sent')
  }
  return [{ name, target, ...(headers.length === 0 ? {} : { headers }) }]
}

const onlyClient = (form: string): string => `only the client itself knows \${${form}}`

const stdioServer = (
  name: string,
  entry: Record<string, unknown>,
  at: readonly string[],
  complain: Complain,
): ServerEntry[] => {
  const args: unknown = entry['args'] ?? []
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string')) {
    return refuse(complain, [...at, 'args'], 'must be a list of texts')
  }
  const variables = isObject(entry['env']) ? Object.keys(entry['env']) : []
  return [
    {
      name,
      command: [String(entry['command']), ...args],
      ...(variables.length === 0 ? {} : { variables }),
      ...(typeof entry['cwd'] === 'string' ? { folder: entry['cwd'] } : {}),
    },
  ]
}
