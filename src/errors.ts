/**
 * Errors that are ours. Failures of the peers are data and never thrown; bugs are assertions.
 * @module
 */

/** Every code a `ProxyError` can carry. Stable: scripts match on them. The README lists them. */
export type ErrorCode =
  /** The listener could not be opened: port taken, address not ours, or no permission. */
  | 'LISTEN_FAILED'
  /** The target is no URL, or of a scheme that cannot be proxied. */
  | 'TARGET_INVALID'
  /** The target is the address the proxy itself would listen on, or its own control plane. */
  | 'SELF_TARGET'
  /** The upstream could not be reached: refused, unresolvable, no route, TLS not accepted. */
  | 'UPSTREAM_UNREACHABLE'
  /** A request to a listener with several servers names none of them. */
  | 'SERVER_UNKNOWN'
  /** The kernel gave up connecting to the upstream (`ETIMEDOUT`). */
  | 'UPSTREAM_TIMEOUT'
  /** Forward mode serves clients of this machine only, unless told otherwise; this one is another machine's. */
  | 'CLIENT_REFUSED'
  /** The local certificate authority cannot be read, made or used. */
  | 'AUTHORITY_INVALID'
  /** The capture cannot be opened or written: no such folder, no permission, disk full. */
  | 'STORE_OPEN_FAILED'
  /** The file named as capture is no SQLite database, or one of another program. It is left as it is. */
  | 'STORE_NOT_A_CAPTURE'
  /** The capture was written by a newer mitmcp. */
  | 'STORE_NEWER'
  /** A flag, argument or environment variable is not valid. */
  | 'OPTION_INVALID'
  /** The configuration file has problems; the message lists all of them. */
  | 'CONFIG_INVALID'
  /** Nothing in the capture has that id. */
  | 'NOT_FOUND'
  /** There is no such command to start, or not the interpreter it names. */
  | 'COMMAND_NOT_FOUND'
  /** The command cannot be started: it is not executable, or the system refuses. */
  | 'COMMAND_NOT_EXECUTABLE'
  /** A wrapped server ended, not by itself well, before it wrote anything. */
  | 'SERVER_EXITED'
  /** The control API was asked without the right token. */
  | 'UNAUTHORIZED'
  /** The control API was asked from a page or host that is not its own. */
  | 'FORBIDDEN'
  /** A filter does not hold: an unknown key, a value its key does not take, a quote or parenthesis left open. */
  | 'FILTER_INVALID'
  /** A request to the control API is not valid. */
  | 'REQUEST_INVALID'
  /** A fault rule has problems; the message lists all of them. */
  | 'RULE_INVALID'
  /** Several processes could be meant, and none was named; the message lists them. */
  | 'INSTANCE_AMBIGUOUS'
  /** No process that records into this capture is running, or none of that name. */
  | 'INSTANCE_NONE'

export interface ProxyErrorOptions {
  /** What to do about it: one sentence, or a command to type. */
  hint?: string
  cause?: unknown
}

/** The one error class: `code` for scripts, `message` for what happened, `hint` for what to do next. */
export class ProxyError extends Error {
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, { hint = '', cause }: ProxyErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ProxyError'
    this.code = code
    this.hint = hint
  }
}
