import { InvalidArgumentError, Option, type Command } from 'commander'
import { OVERLOAD_POLICIES, RECORD_DEPTHS, UNREACHABLE_POLICIES, type Settings } from '../config/settings.ts'
import { isHeader, isPattern, isPublicUrl, parseLimit, parsePort } from '../config/values.ts'
import { ProxyError } from '../errors.ts'

/** What commander makes of the flags below. */
export interface ProxyFlags {
  port?: number
  host?: string
  uiPort?: number
  db?: string
  maxSize?: number
  maxAge?: number
  ui: boolean
  json?: true
  quiet?: true
  insecure?: true
  ca?: string
  clientCert?: string
  clientKey?: string
  upstreamProxy?: string
  onOverload?: (typeof OVERLOAD_POLICIES)[number]
  onUnreachable?: (typeof UNREACHABLE_POLICIES)[number]
  name?: string
  header?: readonly (readonly [string, string])[]
  headerEnv?: readonly (readonly [name: string, variable: string])[]
  record?: (typeof RECORD_DEPTHS)[number]
  redact: boolean
  redactKey?: readonly string[]
  redactPath?: readonly string[]
  redactValue?: readonly string[]
  redactKeyFile?: string
  tokenEnv?: string
  rewrite: boolean
  publicUrl?: string
  config?: string
  faults?: string
  allowFaultHeaders?: true
  seed?: number
  oneListener?: true
}

type Values<Value> = readonly Value[]

const port = (text: string): number => {
  const value = parsePort(text)
  if (value === undefined)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535; 0 takes any free one.')
  return value
}

const header = (text: string, before: Values<readonly [string, string]> = []): Values<readonly [string, string]> => {
  const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(text) ?? []
  if (!isHeader(name, value)) throw new InvalidArgumentError("Write it as 'Name: value'.")
  return [...before, [name, value]]
}

const headerEnv = (text: string, before: Values<readonly [string, string]> = []): Values<readonly [string, string]> => {
  const [, name = '', variable = ''] = /^([^=]+)=(\w+)$/.exec(text) ?? []
  if (!isHeader(name, '')) throw new InvalidArgumentError('Write it as Name=VARIABLE.')
  return [...before, [name, variable]]
}

const publicUrl = (text: string): string => {
  if (!isPublicUrl(text)) throw new InvalidArgumentError('Give scheme, host and port alone.')
  return text
}

const maxSize = (text: string): number => {
  const bytes = parseLimit(text, 'size')
  if (bytes === undefined) throw new InvalidArgumentError('Write it as 500mb or 2gb, or none.')
  return bytes
}

const maxAge = (text: string): number => {
  const ms = parseLimit(text, 'age')
  if (ms === undefined) throw new InvalidArgumentError('Write it as 12h, 7d or 2w, or none.')
  return ms
}

const seed = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A seed is a whole number.')
  return Number(text)
}

const word = (text: string, before: Values<string> = []): Values<string> => [...before, text]

const pattern = (text: string, before: Values<string> = []): Values<string> => {
  if (!isPattern(text)) throw new InvalidArgumentError('It is no regular expression.')
  return [...before, text]
}

/** Gives a command the flags of the live path. */
export const addProxyFlags = (command: Command): Command =>
  command
    .option('--port <port>', 'port for clients; 0 any (default: 6278, or the next free one)', port)
    .option('--host <address>', 'address to listen on, and its spelling in printed URLs (default: 127.0.0.1)')
    .option('--ui-port <port>', 'port of the UI (default: 6273, or the next free one)', port)
    .option('--no-ui', 'neither UI nor API')
    .option('--db <file>', 'capture file (default: one in your data folder, shared by all)')
    .option(
      '--max-size <size>',
      'the oldest sessions go when it needs more, e.g. 500mb (default: 2gb for the usual capture, else none)',
      maxSize,
    )
    .option('--max-age <span>', 'sessions last active longer ago than this go, e.g. 30d (default: none)', maxAge)
    .option('--name <name>', 'name of this tap, when several record into one capture')
    .option('--json', 'one line of JSON on stdout when ready; everything else on stderr')
    .option('--quiet', 'print nothing but problems')
    .option('--insecure', 'do not verify the certificate of the server')
    .option('--ca <file>', 'trust the authorities in this file (PEM) too')
    .option('--client-cert <file>', 'certificate (PEM) shown to servers that ask for one')
    .option('--client-key <file>', 'its key, where it is not in the same file')
    .option(
      '--upstream-proxy <url>',
      'reach servers through this proxy; NO_PROXY names those that are reached straight',
    )
    .option('--header <field>', "'Name: value' sent to the server on every request, never recorded; repeatable", header)
    .option('--header-env <field>', 'Name=VARIABLE: the same with a value from the environment; repeatable', headerEnv)
    .option('--no-rewrite', 'leave Host, Origin, Location, cookies, endpoints and resource metadata as they are')
    .option('--public-url <url>', 'how clients outside reach the proxy, e.g. https://tunnel.example.com', publicUrl)
    .addOption(
      new Option('--on-overload <what>', 'when recording falls behind (default: slow)').choices(OVERLOAD_POLICIES),
    )
    .addOption(
      new Option('--on-unreachable <what>', 'while the server cannot be reached (default: 502)').choices(
        UNREACHABLE_POLICIES,
      ),
    )
    .addOption(new Option('--record <depth>', 'how much is kept (default: full)').choices(RECORD_DEPTHS))
    .option('--no-redact', 'keep secrets in the capture')
    .option('--redact-key <name>', 'redact this header, JSON, form or query key too; repeatable', word)
    .option(
      '--redact-path <path>',
      'redact this place in JSON bodies too, e.g. params.arguments.password; repeatable',
      word,
    )
    .option('--redact-value <pattern>', 'redact values that match this regular expression too; repeatable', pattern)
    .option('--redact-key-file <file>', 'key of the hashes that stand for secrets, to share between machines')
    .option('--faults <file>', 'fault rules (YAML), read again whenever the file changes')
    .option('--allow-fault-headers', 'requests may bring a fault rule along: x-mitmcp-fault: latency; delay=200ms')
    .option('--seed <number>', 'of all draws of fault rules (default: any; that of the file wins)', seed)
    .option('--token-env <variable>', 'take the UI token from this variable instead of a fresh one')
    .option('--config <file>', 'read settings or servers from a file: ours, or one with mcpServers; flags win')

/** Gives a command that may stand in front of several servers the flag for them. */
export const addServersFlags = (command: Command): Command =>
  command.option('--one-listener', 'all servers of the file behind one port, at /s/<name>/…')

/** What the flags say. Throws `OPTION_INVALID` for variables that are not set. */
export const settingsOf = (flags: ProxyFlags, env: Readonly<Record<string, string | undefined>>): Settings => {
  const settings: Settings = {}
  if (flags.port !== undefined) settings.port = flags.port
  if (flags.host !== undefined) settings.host = flags.host
  if (flags.uiPort !== undefined) settings.uiPort = flags.uiPort
  if (!flags.ui) settings.ui = false
  if (flags.db !== undefined) settings.db = flags.db
  if (flags.maxSize !== undefined) settings.maxSize = flags.maxSize
  if (flags.maxAge !== undefined) settings.maxAge = flags.maxAge
  if (flags.name !== undefined) settings.name = flags.name
  if (flags.insecure) settings.insecure = true
  if (flags.ca !== undefined) settings.ca = flags.ca
  if (flags.clientCert !== undefined) settings.clientCert = flags.clientCert
  if (flags.clientKey !== undefined) settings.clientKey = flags.clientKey
  if (flags.upstreamProxy !== undefined) settings.upstreamProxy = flags.upstreamProxy
  if (!flags.rewrite) settings.rewrite = false
  if (flags.publicUrl !== undefined) settings.publicUrl = flags.publicUrl
  if (flags.onOverload !== undefined) settings.onOverload = flags.onOverload
  if (flags.onUnreachable !== undefined) settings.onUnreachable = flags.onUnreachable
  if (flags.oneListener) settings.oneListener = true
  if (flags.record !== undefined) settings.record = flags.record
  if (!flags.redact) settings.redact = false
  if (flags.redactKey) settings.redactKeys = flags.redactKey
  if (flags.redactPath) settings.redactPaths = flags.redactPath
  if (flags.redactValue) settings.redactValues = flags.redactValue
  if (flags.redactKeyFile !== undefined) settings.redactKeyFile = flags.redactKeyFile
  if (flags.faults !== undefined) settings.faults = flags.faults
  if (flags.allowFaultHeaders) settings.allowFaultHeaders = true
  if (flags.seed !== undefined) settings.seed = flags.seed
  if (flags.tokenEnv !== undefined) settings.token = variable(flags.tokenEnv, '--token-env', env)
  const fromEnv = (flags.headerEnv ?? []).map(([name, source]): readonly [string, string] => {
    const value = variable(source, `--header-env ${name}=${source}`, env)
    if (isHeader(name, value)) return [name, value]
    throw new ProxyError('OPTION_INVALID', `The value of ${source} cannot be sent in a header.`, {
      hint: 'It must not contain a line break.',
    })
  })
  const headers = [...(flags.header ?? []), ...fromEnv]
  if (headers.length > 0) settings.headers = headers
  return settings
}

const variable = (name: string, flag: string, env: Readonly<Record<string, string | undefined>>): string => {
  const value = env[name]
  if (value !== undefined && value !== '') return value
  throw new ProxyError('OPTION_INVALID', `${flag} asks for the variable ${name}, which is not set.`, {
    hint: `Set it first: export ${name}=…`,
  })
}
