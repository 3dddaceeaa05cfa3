/** Bytes of ours as the record may keep them, and what they are: they are in no range that was looked through on its way in. */
import type { FlowRecord, MessageRecord } from '../store/records.ts'
import type { FrameKind } from '../wire/frame.ts'
import { scanMessages } from '../wire/jsonrpc.ts'
import type { EndingHow } from '../wire/ending.ts'
import { parseStreamEvent } from '../wire/stream-event.ts'
import { closeText, parseClose } from '../wire/websocket-close.ts'
import { masked, type WebSocketHead, WebSocketHeadReader } from '../wire/websocket-head.ts'
import type { RecordingContext } from './context.ts'
import { eventLabel } from './events.ts'
import { MESSAGE_KIND } from './kinds.ts'

/** More of one insertion is not kept. */
const KEPT_BYTES = 1024 * 1024
const HEAD = /^(?:HTTP\/\d|[A-Z]+ \S+ HTTP\/\d)/
const LABEL = 200
const LAST_CHUNK = /(?:^|\r\n)0\r\n\r\n$/
/** FIN and opcode 8 (RFC 6455 §5.5.1). */
const CLOSE_FRAME = 0x88
const PING_FRAME = 0x89
const PONG_FRAME = 0x8a

/** Length of the HTTP head they begin with; 0 where they begin with none. */
export function headLength(bytes: Uint8Array): number {
  const buffer = viewOf(bytes)
  if (!HEAD.test(buffer.toString('latin1', 0, 300))) return 0
  const end = buffer.indexOf('\r\n\r\n')
  return end === -1 ? buffer.length : end + 4
}

/** A copy without secrets, as far as the depth of the recording allows any; null where it does not. */
export function keptOwn({ depth, redactor }: RecordingContext, bytes: Uint8Array): Uint8Array | null {
  const copy = Buffer.from(bytes.subarray(0, KEPT_BYTES))
  const head = headLength(copy)
  if (depth === 'metadata' || (depth === 'heads' && head === 0)) return bytes.length === 0 ? copy : null
  if (head > 0) redactor.head(copy.subarray(0, head))
  const rest = copy.subarray(head)
  const hidden = maskedPayload(rest)
  const clear = hidden === null ? rest : Buffer.from(masked(hidden.payload, hidden.key))
  // a message may well have a `code` that is no secret
  if (clear.length > 0) redactor.body(clear, false, !clear.includes('"jsonrpc"'))
  if (hidden !== null) hidden.payload.set(masked(clear, hidden.key))
  return depth === 'heads' ? copy.subarray(0, head) : copy
}

/** Of one whole frame of a WebSocket client, that is no secret only to who looks (RFC 6455 §5.3); null for anything else. */
function maskedPayload(bytes: Uint8Array): { readonly payload: Uint8Array; readonly key: Uint8Array } | null {
  const { head, payload } = frameIn(bytes)
  const isWhole = head !== null && head.rsv === 0 && head.bytes + head.length === bytes.length
  return isWhole && head.key !== null ? { payload, key: head.key } : null
}

/** How bytes of ours end what they are put into: the last chunk of a body (RFC 9112 §7.1), a close frame; null where they do not. */
export function properEnd(bytes: Uint8Array, socket: boolean): EndingHow | null {
  if (!socket) return LAST_CHUNK.test(viewOf(bytes).subarray(-7).toString('latin1')) ? 'clean' : null
  return bytes[0] === CLOSE_FRAME ? `ws:${parseClose(socketText(bytes)).code}` : null
}

/** What whole bytes of ours are, seen from the flow they go into. */
export interface OwnMeaning {
  readonly kind: FrameKind
  readonly label: string | null
  readonly messages: readonly MessageRecord[]
}

/** `kept`: as `keptOwn` gives them; null: nothing of them may be told. */
export function readOwn({ kind, stream }: FlowRecord, kept: Uint8Array | null): OwnMeaning {
  const what: FrameKind =
    kind === 'stdio' ? 'line' : kind === 'websocket' ? 'message' : stream === null ? 'opaque' : 'event'
  if (kept === null) return { kind: what, label: null, messages: [] }
  const head = headLength(kept)
  if (head > 0) return { kind: 'head', label: startLine(kept), messages: messagesIn(kept.subarray(head)) }
  if (what === 'event' && /^0\r\n\r\n$/.test(viewOf(kept).toString('latin1', 0, 6)))
    return { kind: 'end', label: null, messages: [] }
  if (what === 'message' && kept[0] === CLOSE_FRAME)
    return { kind: 'close', label: closeText(parseClose(socketText(kept))).slice(0, LABEL), messages: [] }
  if (what === 'message' && (kept[0] === PING_FRAME || kept[0] === PONG_FRAME))
    return { kind: kept[0] === PING_FRAME ? 'ping' : 'pong', label: null, messages: [] }
  const text = what === 'event' ? withoutChunk(kept) : what === 'message' ? socketText(kept) : kept
  const data = what === 'event' ? parseStreamEvent(text).data : text
  const messages = data === null ? [] : messagesIn(data)
  const label = messages.length > 0 ? null : what === 'event' ? eventLabel(text) : plainLabel(text)
  return { kind: what, label, messages }
}

/** Messages in a text, tied to no call. */
export function messagesIn(payload: Uint8Array): MessageRecord[] {
  return scanMessages(payload)
    .filter(({ kind }) => kind !== 'invalid')
    .map(({ kind, method, rpcId, tool, uri, token, code }) => ({
      kind: MESSAGE_KIND[kind],
      method,
      rpcId,
      tool,
      uri,
      token,
      code,
      call: null,
    }))
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

const startLine = (bytes: Uint8Array): string =>
  viewOf(bytes).toString('latin1', 0, 2000).split('\r\n', 1)[0]!.slice(0, LABEL)

const plainLabel = (bytes: Uint8Array): string | null =>
  viewOf(bytes)
    .toString('utf8', 0, 4 * LABEL)
    .replaceAll(/\s+/g, ' ')
    .slice(0, LABEL) || null

/** Without the size in front of it and the end behind, where it comes as a chunk of its own (RFC 9112 §7.1). */
function withoutChunk(bytes: Uint8Array): Uint8Array {
  const size = /^([0-9a-f]{1,8})\r\n/i.exec(viewOf(bytes).toString('latin1', 0, 12))
  if (size === null) return bytes
  const from = size[0].length
  return bytes.subarray(from, from + Number.parseInt(size[1]!, 16))
}

/** The payload of the first frame, where that is not compressed; or of what is none (RFC 6455 §5.2). */
function socketText(bytes: Uint8Array): Uint8Array {
  const { head, payload } = frameIn(bytes)
  if (head === null || head.rsv !== 0) return bytes
  return head.key === null ? payload : masked(payload, head.key)
}

/** The first frame; `head` null: there is none. */
function frameIn(bytes: Uint8Array): { readonly head: WebSocketHead | null; readonly payload: Uint8Array } {
  const reader = new WebSocketHeadReader()
  reader.take(bytes, 0, bytes.length)
  const head = reader.done ? reader.finish() : null
  return { head, payload: head === null ? bytes : bytes.subarray(head.bytes, head.bytes + head.length) }
}
