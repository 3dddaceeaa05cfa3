/** How much of the traffic is kept. */
export const RECORD_DEPTHS = ['full', 'heads', 'metadata'] as const
/** What happens when the recorder is behind by the queue's bound. */
export const OVERLOAD_POLICIES = ['slow', 'drop'] as const
/** What a client gets while the server cannot be reached. */
export const UNREACHABLE_POLICIES = ['502', 'reset'] as const
/** Levels of our own log. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** One of several servers: with a `target` reached over HTTP, with a `command` started by its client. */
export interface ServerEntry {
  name: string
  target?: string
  /** Command and arguments, variables as they stand. */
  command?: readonly string[]
  /** Names of the variables its client sets for the command. */
  variables?: readonly string[]
  /** Folder its client starts the command in. */
  folder?: string
  host?: string
  port?: number
  insecure?: boolean
  ca?: string
  clientCert?: string
  clientKey?: string
  upstreamProxy?: string
  rewrite?: boolean
  publicUrl?: string
  onUnreachable?: (typeof UNREACHABLE_POLICIES)[number]
  headers?: readonly (readonly [name: string, value: string])[]
}

/** Everything that can be set, wherever it was said. Absent: not said, the default holds. */
export interface Settings {
  target?: string
  /** Several servers, or one that its client starts; then there is no `target`. */
  servers?: readonly ServerEntry[]
  /** All servers behind one listener, at `/s/<name>/…`. */
  oneListener?: boolean
  /** Name of the one server in the record. */
  server?: string
  name?: string
  host?: string
  port?: number
  /** False: neither UI nor API. */
  ui?: boolean
  uiPort?: number
  /** Fixed UI token instead of a fresh one. */
  token?: string
  db?: string
  /** Bytes the capture may need before its oldest sessions go; Infinity for no bound. */
  maxSize?: number
  /** Milliseconds after which sessions go; Infinity for never. */
  maxAge?: number
  record?: (typeof RECORD_DEPTHS)[number]
  insecure?: boolean
  /** Files with authorities to trust, and with our own certificate and its key. */
  ca?: string
  clientCert?: string
  clientKey?: string
  /** Proxy on the way to the server. */
  upstreamProxy?: string
  rewrite?: boolean
  /** How clients outside reach the listener. */
  publicUrl?: string
  onOverload?: (typeof OVERLOAD_POLICIES)[number]
  onUnreachable?: (typeof UNREACHABLE_POLICIES)[number]
  headers?: readonly (readonly [name: string, value: string])[]
  redact?: boolean
  redactKeys?: readonly string[]
  redactPaths?: readonly string[]
  redactValues?: readonly string[]
  redactKeyFile?: string
  logLevel?: LogLevel
  /** Requests may bring fault rules along. */
  allowFaultHeaders?: boolean
  /** File with fault rules. */
  faults?: string
  /** Of all draws of fault rules. */
  seed?: number
}

/**
 * Joins settings, strongest last: file, environment, flags. A later value wins; lists of things to redact add up; a later header
 * replaces an earlier one of the same name.
 */
export const mergeSettings = (...sources: readonly Settings[]): Settings => {
  const merged: Settings = {}
  for (const source of sources) {
    const { headers, redactKeys, redactPaths, redactValues } = merged
    Object.assign(merged, source)
    if (source.headers && headers) merged.headers = [...without(headers, source.headers), ...source.headers]
    if (source.redactKeys && redactKeys) merged.redactKeys = [...redactKeys, ...source.redactKeys]
    if (source.redactPaths && redactPaths) merged.redactPaths = [...redactPaths, ...source.redactPaths]
    if (source.redactValues && redactValues) merged.redactValues = [...redactValues, ...source.redactValues]
  }
  return merged
}

type Headers = NonNullable<Settings['headers']>

const without = (headers: Headers, replaced: Headers): Headers => {
  const names = new Set(replaced.map(([name]) => name.toLowerCase()))
  return headers.filter(([name]) => !names.has(name.toLowerCase()))
}
