/** What was sent of a frame that a rule changed. */
import { WebSocketHeadReader, webSocketPayload } from '../wire/websocket-head.ts'
import type { FrameKind } from '../wire/frame.ts'
import { isFaultRule } from './fault-rules.ts'
import type { StoredEdit } from './frame-rows.ts'

/** The bytes of a frame with the edits in them; null where no rule changed it, or they are not known. `raw`: as received. */
export function sentBytes(edits: readonly StoredEdit[], raw: Buffer | undefined): Buffer | null {
  if (raw === undefined || !edits.some(({ rule, bytes }) => isFaultRule(rule) && bytes?.length !== 0)) return null
  let sent = raw
  for (const { offset, length, removed, bytes } of edits.toSorted((a, b) => b.offset - a.offset)) {
    if (bytes === null) return null
    sent = Buffer.concat([sent.subarray(0, offset), bytes, sent.subarray(offset + (length ?? removed.length))])
  }
  return sent
}

const CHUNK = /^(?:\r\n)?[0-9a-f]{1,8}(?:;[^\r\n]*)?\r\n/i
const GZIP = '\u001F\u008B'

/**
 * Without transfer framing, as far as that can be told from the bytes alone: null of heads, which have none, and of what is compressed.
 * `unchunk`: a chunked body (RFC 9112 §7.1).
 */
export function sentPayload(kind: FrameKind, sent: Buffer, unchunk: (body: Buffer) => Buffer): Buffer | null {
  if (kind === 'message') return ofSocket(sent)
  if (kind === 'line') return sent.subarray(0, sent.length - (/\r?\n?$/.exec(sent.toString('latin1'))?.[0].length ?? 0))
  if (kind !== 'event' && kind !== 'body') return null
  const [framing] = CHUNK.exec(sent.toString('latin1', 0, 200)) ?? []
  const payload = framing === undefined ? sent : unchunk(framing.startsWith('\r\n') ? sent.subarray(2) : sent)
  return payload.toString('latin1', 0, 2) === GZIP ? null : payload
}

/** The payload of one whole frame that is not compressed (RFC 6455 §5.2). */
function ofSocket(sent: Buffer): Buffer | null {
  const reader = new WebSocketHeadReader()
  reader.take(sent, 0, sent.length)
  const head = reader.done ? reader.finish() : null
  const isWhole = head !== null && head.rsv === 0 && head.bytes + head.length === sent.length
  return isWhole ? Buffer.from(webSocketPayload(sent, head.bytes)) : null
}
