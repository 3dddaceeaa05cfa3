/** Composition root: the only place that knows everyone. CONTRACT; the implementation replaces this. */

/** How much of the traffic is kept. `heads`: no bodies. `metadata`: no bytes at all. */
export type RecordDepth = 'full' | 'heads' | 'metadata'

export interface RedactOptions {
  /** False keeps everything (file mode 0600 all the same). Default true. */
  enabled?: boolean
  /** Further names: headers, JSON keys, form and query keys; case-insensitive. */
  keys?: readonly string[]
  /** Further places in JSON bodies, dotted: `params.arguments.password`; `*` matches one step. */
  paths?: readonly string[]
  /** Further values, as regular expressions. */
  values?: readonly string[]
  /** File with the hash key, shared between machines; made (0600) when absent. Default: beside the capture. */
  keyFile?: string
}

export interface ProxyOptions {
  /** URL of the MCP server, path included. */
  target: string
  /** Address to listen on, and its spelling in every URL printed. Default `127.0.0.1`. */
  host?: string
  /** Default 6278 or the next free one; 0 any. A named port that is taken: `LISTEN_FAILED`. */
  port?: number
  /** Name of this tap. Default: none. */
  name?: string
  /** Capture file, or false for no recording. Default: the user's data folder. */
  db?: string | false
  record?: RecordDepth
  redact?: RedactOptions
  /** At the queue's bound: `slow` pauses reading, `drop` counts losses. Default `slow`. */
  onOverload?: 'slow' | 'drop'
  /** Bound of the queue to the recorder. Default 8 MiB. */
  queueBytes?: number
  /** Upstream cannot be reached: `502`, or `reset` the client's connection. Default `502`. */
  onUnreachable?: '502' | 'reset'
  /** Do not verify the upstream's certificate. */
  insecure?: boolean
  /** Fields set on every request upstream, replacing the client's of that name; values are never recorded. */
  headers?: readonly (readonly [name: string, value: string])[]
  /** False turns off all rewriting of heads. Default true. */
  rewrite?: boolean
  /** UI and API; false for none. Default: 127.0.0.1, port 6273 or the next free one, a fresh token. */
  ui?: false | { host?: string; port?: number; token?: string }
  /** Role in the capture's `instance` table. Default `proxy`. */
  role?: string
}

export interface ProxyStats {
  readonly connections: number
  readonly open: number
  readonly recordedBytes: number
  readonly queueBytes: number
  readonly queueHighWater: number
  readonly lostChunks: number
  readonly lostBytes: number
}

export interface Proxy {
  /** For clients: listener address with the target's path. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly target: string
  /** Capture path; null when not recording. */
  readonly db: string | null
  /** UI address without the token; null when there is none. */
  readonly ui: string | null
  readonly token: string | null
  stats(): ProxyStats
  /** Resolves when everything received so far is committed. */
  flush(): Promise<void>
  /** Ends streams, flushes the capture. */
  close(): Promise<void>
}

/** Starts a proxy; resolves when it listens and the capture is open. Throws `ProxyError`. */
export declare function createProxy(options: ProxyOptions): Promise<Proxy>
