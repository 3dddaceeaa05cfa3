/** The framing of an HTTP body, written, and found again. */
import { ChunkedBody } from '../../wire/http1-chunked.ts'
import type { PlaceWithin } from '../unit.ts'

/** What closes a chunked body. */
export const LAST_CHUNK: Uint8Array = Buffer.from('0\r\n\r\n')

/** One chunk. Nothing for no bytes: a chunk of none would close the body. */
export function asChunk(bytes: Uint8Array): Buffer {
  if (bytes.length === 0) return Buffer.alloc(0)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** Index in `raw` of the byte of the body at `index`, where chunk framing begins at `from`. */
export function indexInChunks(raw: Uint8Array, from: number, index: number): number {
  const body = new ChunkedBody()
  let at = from
  let left = index
  while (at < raw.length && !body.done && !body.failed) {
    if (!body.inData) at = body.skip(raw, at, raw.length)
    else {
      const length = Math.min(body.remaining, raw.length - at)
      if (left < length) return at + left
      left -= length
      at += length
      body.took(length)
    }
  }
  return at
}

/** The payload up to such a place. Null where there is none. */
export function payloadUpTo(payload: Uint8Array, place: PlaceWithin): Uint8Array | null {
  if (place === 'after-headers') return payload.subarray(0, 0)
  const length = place === 'mid-event' ? Math.max(1, payload.length >> 1) : insideCharacter(payload)
  return length === null ? null : payload.subarray(0, length)
}

/** Index behind the first byte of the first character of several bytes (UTF-8); null without one. */
export function insideCharacter(payload: Uint8Array): number | null {
  const at = payload.findIndex((byte) => byte >= 0xc0)
  return at === -1 || at + 1 >= payload.length ? null : at + 1
}
