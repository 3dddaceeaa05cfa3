/** What MCP's revisions say on the wire: features, eras, methods, content types, header values. */
import type { Direction, Era } from './frame.ts'

/** Which means of the wire a revision has (MCP `basic/transports`, `basic/lifecycle`). */
export interface RevisionFeatures {
  readonly era: Era
  /** POST and GET on one endpoint; before it there is only the HTTP+SSE pair. */
  readonly streamableHttp: boolean
  /** `Mcp-Session-Id`, GET streams, DELETE, `Last-Event-ID`. */
  readonly sessions: boolean
  /** `MCP-Protocol-Version` is required. */
  readonly versionHeader: boolean
  /** JSON-RPC arrays are allowed. */
  readonly batches: boolean
  /** `Mcp-Method`, `Mcp-Name`, `Mcp-Param-*` are required. */
  readonly routingHeaders: boolean
  /** The server may send requests. */
  readonly serverRequests: boolean
  /** Priming events, and connections closed by the server while the stream lives on (SEP-1699). */
  readonly polling: boolean
  /** Leaving a response stream cancels its request. */
  readonly disconnectCancels: boolean
}

const first: RevisionFeatures = {
  era: 'stateful',
  streamableHttp: false,
  sessions: false,
  versionHeader: false,
  batches: false,
  routingHeaders: false,
  serverRequests: true,
  polling: false,
  disconnectCancels: false,
}

const sessions: RevisionFeatures = { ...first, streamableHttp: true, sessions: true }

/** Every published revision, oldest first. */
export const revisions: Readonly<Record<string, RevisionFeatures>> = {
  '2024-11-05': first,
  '2025-03-26': { ...sessions, batches: true },
  '2025-06-18': { ...sessions, versionHeader: true },
  '2025-11-25': { ...sessions, versionHeader: true, polling: true },
  '2026-07-28': {
    ...first,
    era: 'stateless',
    streamableHttp: true,
    versionHeader: true,
    routingHeaders: true,
    serverRequests: false,
    disconnectCancels: true,
  },
}

const firstStateless = '2026-07-28'

/**
 * The era of a revision: by its date, so that revisions we do not know yet have one too; `draft` is the newest. Null for
 * null, and for what is no revision.
 */
export function eraOf(revision: string | null): Era | null {
  if (revision === null) return null
  if (revision === 'draft' || revision.startsWith('DRAFT-')) return 'stateless'
  if (!/^\d{4}-\d{2}-\d{2}$/.test(revision)) return null
  return revision < firstStateless ? 'stateful' : 'stateless'
}

/** Who sends a method, in any revision or extension. */
const senders: Readonly<Record<string, Direction | 'both'>> = {
  initialize: 'c2s',
  'server/discover': 'c2s',
  ping: 'both',
  'tools/list': 'c2s',
  'tools/call': 'c2s',
  'resources/list': 'c2s',
  'resources/templates/list': 'c2s',
  'resources/read': 'c2s',
  'resources/subscribe': 'c2s',
  'resources/unsubscribe': 'c2s',
  'prompts/list': 'c2s',
  'prompts/get': 'c2s',
  'completion/complete': 'c2s',
  'logging/setLevel': 'c2s',
  'subscriptions/listen': 'c2s',
  'sampling/createMessage': 's2c',
  'roots/list': 's2c',
  'elicitation/create': 's2c',
  'tasks/get': 'both',
  'tasks/result': 'both',
  'tasks/list': 'both',
  'tasks/update': 'c2s',
  'tasks/cancel': 'both',
  'notifications/initialized': 'c2s',
  'notifications/cancelled': 'both',
  'notifications/progress': 'both',
  'notifications/message': 's2c',
  'notifications/tools/list_changed': 's2c',
  'notifications/resources/list_changed': 's2c',
  'notifications/prompts/list_changed': 's2c',
  'notifications/resources/updated': 's2c',
  'notifications/roots/list_changed': 'c2s',
  'notifications/elicitation/complete': 's2c',
  'notifications/tasks/status': 'both',
  'notifications/tasks': 's2c',
  'notifications/subscriptions/acknowledged': 's2c',
}

/** Methods and notifications of the specification that travel in this direction. */
export function methodsOf(direction: Direction): string[] {
  return Object.keys(senders).filter((method) => senders[method] === direction || senders[method] === 'both')
}

/** Who may send this method; null when no revision knows it. */
export function senderOf(method: string): Direction | 'both' | null {
  return Object.hasOwn(senders, method) ? senders[method]! : null
}

/** Whether a Content-Type is that of an event stream, whatever its parameters. */
export function isEventStream(contentType: string | undefined): boolean {
  return mediaType(contentType) === 'text/event-stream'
}

/** Whether a Content-Type is JSON: `application/json`, `text/json`, or a type with the suffix `+json` (RFC 6839 §3.1). */
export function isJson(contentType: string | undefined): boolean {
  const type = mediaType(contentType)
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json')
}

function mediaType(contentType: string | undefined): string {
  if (contentType === undefined) return ''
  const end = contentType.indexOf(';')
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}

/**
 * The text behind a value of `Mcp-Name` or `Mcp-Param-*`: `=?base64?…?=` stands for Base64 of UTF-8 (MCP 2026-07-28
 * streamable-http, "Value encoding"). A value without these exact marks is itself; null where what they enclose is not
 * standard, padded Base64 of UTF-8.
 */
export function decodeHeaderValue(value: string): string | null {
  if (!value.startsWith('=?base64?') || !value.endsWith('?=') || value.length < 11) return value
  const text = value.slice(9, -2)
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'base64'))
  } catch {
    return null
  }
}

/** A value for `Mcp-Name` or `Mcp-Param-*`, the other way round: plain where that is safe (MCP 2026-07-28 streamable-http, "Value encoding"). */
export function encodeHeaderValue(text: string): string {
  const plain = /^[\x20-\x7e\t]+$/.test(text) && text === text.trim() && decodeHeaderValue(text) === text
  return plain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`
}
