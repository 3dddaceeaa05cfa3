/** How much of the traffic is kept. */
export const RECORD_DEPTHS = ['full', 'heads', 'metadata'] as const
/** What happens when the recorder is behind by the queue's bound. */
export const OVERLOAD_POLICIES = ['slow', 'drop'] as const
/** What a client gets while the server cannot be reached. */
export const UNREACHABLE_POLICIES = ['502', 'reset'] as const
/** Levels of our own log. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** Everything that can be set, wherever it was said. Absent: not said, the default holds. */
export interface Settings {
  target?: string
  name?: string
  host?: string
  port?: number
  /** False: neither UI nor API. */
  ui?: boolean
  uiPort?: number
  /** Fixed UI token instead of a fresh one. */
  token?: string
  db?: string
  record?: (typeof RECORD_DEPTHS)[number]
  insecure?: boolean
  rewrite?: boolean
  onOverload?: (typeof OVERLOAD_POLICIES)[number]
  onUnreachable?: (typeof UNREACHABLE_POLICIES)[number]
  headers?: readonly (readonly [name: string, value: string])[]
  redact?: boolean
  redactKeys?: readonly string[]
  redactPaths?: readonly string[]
  redactValues?: readonly string[]
  redactKeyFile?: string
  logLevel?: LogLevel
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
