/** The keys of the language: what each asks, what it takes, and what has to be known to answer it. */

/**
 * - `pattern`: text with wildcards · `choice`: one of `values` · `text`: found anywhere within
 * - `number` `duration` `size`: a value, a comparison or a range · `age`: a duration back from now
 * - `header`: a field, or a field and its value
 */
export type Takes = 'pattern' | 'choice' | 'text' | 'number' | 'duration' | 'size' | 'age' | 'header'

export interface KeySpec {
  readonly takes: Takes
  /** One line for help and completion. */
  readonly summary: string
  /** As one would write it. */
  readonly sample: string
  /** ASCII case does not count. */
  readonly caseless?: true
  /** Of a choice: all there is. Of others: what is often asked for. */
  readonly values?: readonly string[]
  /** What has to be known of traffic to answer. `recorded`: only ever known afterwards. */
  readonly needs: 'connection' | 'exchange' | 'message' | 'recorded'
}

const METHODS = [
  'initialize',
  'notifications/initialized',
  'server/discover',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'ping',
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
  'notifications/*',
  'notifications/progress',
  'notifications/message',
  'notifications/cancelled',
]

export const KEYS = {
  method: {
    takes: 'pattern',
    summary: 'method; of an answer, that of its request',
    sample: 'method:tools/call',
    values: METHODS,
    needs: 'message',
  },
  tool: { takes: 'pattern', summary: 'tool or prompt', sample: 'tool:search', needs: 'message' },
  uri: { takes: 'pattern', summary: 'resource', sample: 'uri:file:*', needs: 'message' },
  dir: { takes: 'choice', summary: 'direction', sample: 'dir:s2c', values: ['c2s', 's2c'], needs: 'connection' },
  kind: {
    takes: 'choice',
    summary: 'what it is: a kind of message or of frame',
    sample: 'kind:error',
    values: [
      'request',
      'response',
      'error',
      'notification',
      'invalid',
      'message',
      'head',
      'body',
      'event',
      'end',
      'line',
      'ping',
      'pong',
      'close',
      'opaque',
    ],
    needs: 'message',
  },
  verb: {
    takes: 'pattern',
    summary: 'HTTP method',
    sample: 'verb:GET',
    caseless: true,
    values: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    needs: 'exchange',
  },
  path: {
    takes: 'pattern',
    summary: 'path of the request, with or without its query',
    sample: 'path:/mcp*',
    needs: 'exchange',
  },
  header: {
    takes: 'header',
    summary: 'a header field that is there, or has a value',
    sample: 'header:content-type=text/*',
    caseless: true,
    values: [
      'mcp-session-id',
      'mcp-protocol-version',
      'last-event-id',
      'content-type',
      'accept',
      'authorization',
      'user-agent',
      'retry-after',
    ],
    needs: 'exchange',
  },
  status: {
    takes: 'number',
    summary: 'HTTP status',
    sample: 'status:400..499',
    values: ['200', '202', '4xx', '5xx', '>=400'],
    needs: 'exchange',
  },
  code: {
    takes: 'number',
    summary: 'JSON-RPC error code',
    sample: 'code:-32602',
    values: ['-32600', '-32601', '-32602', '-32603', '-32700', '-32000'],
    needs: 'message',
  },
  session: { takes: 'pattern', summary: 'session, by its id', sample: 'session:abcd*', needs: 'exchange' },
  client: {
    takes: 'pattern',
    summary: 'client, by its name or name/version',
    sample: 'client:claude*',
    caseless: true,
    needs: 'exchange',
  },
  server: {
    takes: 'pattern',
    summary: 'server, by the name it has here',
    sample: 'server:localhost*',
    caseless: true,
    needs: 'connection',
  },
  tap: {
    takes: 'pattern',
    summary: 'where it was seen (--name)',
    sample: 'tap:edge',
    caseless: true,
    needs: 'connection',
  },
  era: {
    takes: 'choice',
    summary: 'era of the protocol',
    sample: 'era:stateless',
    values: ['stateful', 'stateless'],
    needs: 'exchange',
  },
  transport: {
    takes: 'choice',
    summary: 'transport',
    sample: 'transport:stdio',
    values: ['http', 'sse', 'websocket', 'stdio', 'opaque'],
    needs: 'exchange',
  },
  stream: {
    takes: 'choice',
    summary: 'event stream, by what opened it',
    sample: 'stream:get',
    values: ['get', 'post'],
    needs: 'exchange',
  },
  outcome: {
    takes: 'choice',
    summary: 'what became of the call',
    sample: 'outcome:tool-error',
    values: ['ok', 'error', 'tool-error', 'cancelled', 'client-left', 'server-closed', 'silent', 'fault', 'pending'],
    needs: 'recorded',
  },
  fault: {
    takes: 'pattern',
    summary: 'touched by a rule, or by any',
    sample: 'fault:any',
    values: ['any'],
    needs: 'recorded',
  },
  ending: {
    takes: 'pattern',
    summary: 'how its exchange ended',
    sample: 'ending:rst',
    values: ['clean', 'fin', 'rst', 'hang', 'timeout', 'exit', 'unreachable', 'ws:*'],
    needs: 'recorded',
  },
  duration: {
    takes: 'duration',
    summary: 'how long the call took',
    sample: 'duration:>500ms',
    values: ['>500ms', '>1s', '>10s'],
    needs: 'recorded',
  },
  size: {
    takes: 'size',
    summary: 'bytes of payload',
    sample: 'size:>1kb',
    values: ['>1kb', '>100kb', '>1mb'],
    needs: 'message',
  },
  since: {
    takes: 'age',
    summary: 'not longer ago than',
    sample: 'since:5m',
    values: ['1m', '5m', '1h', '1d'],
    needs: 'recorded',
  },
  id: { takes: 'pattern', summary: 'JSON-RPC id', sample: 'id:7', needs: 'message' },
  text: {
    takes: 'text',
    summary: 'anywhere in what it carries; a bare word is the same',
    sample: 'text:"no such"',
    caseless: true,
    needs: 'message',
  },
} as const satisfies { readonly [key: string]: KeySpec }

export type Key = keyof typeof KEYS

/** By the name of a key, which it need not be. */
export function keySpec(name: string): KeySpec | undefined {
  return Object.hasOwn(KEYS, name) ? KEYS[name as Key] : undefined
}
