/** A WebSocket message with something wrong in its framing (RFC 6455 §5). */
import { masked, WebSocketHeadReader, type WebSocketHead } from './websocket-head.ts'

/**
 * - `fragment`: in two frames, the one thing here that is allowed (§5.4)
 * - `rsv`: a reserved bit nobody agreed on (RSV2)
 * - `opcode`: a reserved one (3)
 * - `bad-utf8`: a first byte that no text has
 * - `mask`: masked where it must not be, and not where it must
 * - `oversize`: announces 2^53 - 1 bytes
 * - `text-binary`: text as binary, binary as text
 */
export type WebSocketDamage = 'fragment' | 'rsv' | 'opcode' | 'bad-utf8' | 'mask' | 'oversize' | 'text-binary'

const RESERVED = 3
const RSV1 = 4
const KEY = Uint8Array.of(1, 2, 3, 4)

/** The message `raw`, damaged. Null where it cannot be: a fragmented, empty or compressed one, for what needs it whole and readable. */
export function damagedWebSocket(raw: Uint8Array, how: WebSocketDamage): Uint8Array | null {
  const reader = new WebSocketHeadReader()
  reader.take(raw, 0, raw.length)
  const head = reader.done ? reader.finish() : null
  if (head === null || head.opcode > 2) return null
  const single = head.fin && raw.length === head.bytes + head.length
  switch (how) {
    case 'rsv':
      return withFirst(raw, raw[0]! | 0x20)
    case 'opcode':
      return withFirst(raw, (raw[0]! & 0xf0) | RESERVED)
    case 'text-binary':
      return withFirst(raw, raw[0]! ^ 3)
    case 'fragment':
      return single ? fragmented(raw, head) : null
    case 'mask':
      return single ? remasked(raw, head) : null
    case 'bad-utf8':
      return head.opcode === 1 && head.length > 0 && (head.rsv & RSV1) === 0 ? unreadable(raw, head) : null
    case 'oversize':
      return Buffer.concat([header(raw[0]!, Number.MAX_SAFE_INTEGER, head.key, 127), raw.subarray(head.bytes)])
  }
}

function withFirst(raw: Uint8Array, byte: number): Uint8Array {
  const copy = Buffer.from(raw)
  copy[0] = byte
  return copy
}

/** Cut at a multiple of four, so that the mask goes on as it is. */
function fragmented(raw: Uint8Array, { bytes, length, key }: WebSocketHead): Uint8Array {
  const half = (length >> 3) << 2
  const payload = raw.subarray(bytes)
  return Buffer.concat([
    header(raw[0]! & 0x7f, half, key),
    payload.subarray(0, half),
    header(0x80, length - half, key),
    payload.subarray(half),
  ])
}

function remasked(raw: Uint8Array, { bytes, length, key }: WebSocketHead): Uint8Array {
  const payload = masked(raw.subarray(bytes), key ?? KEY)
  return Buffer.concat([header(raw[0]!, length, key === null ? KEY : null), payload])
}

function unreadable(raw: Uint8Array, { bytes, key }: WebSocketHead): Uint8Array {
  const copy = Buffer.from(raw)
  copy[bytes] = 0xff ^ (key?.[0] ?? 0)
  return copy
}

/** `form`: 126 or 127 to write the length longer than it has to be. */
function header(first: number, length: number, key: Uint8Array | null, form = 0): Uint8Array {
  const short = form > 0 ? form : length < 126 ? length : length < 65_536 ? 126 : 127
  const head = Buffer.alloc(short === 127 ? 10 : short === 126 ? 4 : 2)
  head[0] = first
  head[1] = (key === null ? 0 : 0x80) | short
  if (short === 127) head.writeBigUInt64BE(BigInt(length), 2)
  else if (short === 126) head.writeUInt16BE(length, 2)
  return key === null ? head : Buffer.concat([head, key])
}
