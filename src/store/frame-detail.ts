/** One frame with everything: headers, text, edits, redactions, chunks. */
import type { Database } from 'better-sqlite3'
import type { Direction, FrameKind } from '../wire/frame.ts'
import { webSocketPayload } from '../wire/websocket-head.ts'
import type { Addressed } from './addressed.ts'
import { DIRECTIONS, type Record } from './columns.ts'
import { touching } from './decisions.ts'
import type { FrameRows, StoredEdit } from './frame-rows.ts'
import { FRAME_KINDS } from './schema.ts'
import { sentBytes, sentPayload } from './sent-bytes.ts'
import type { EditRow, FrameDetail, FrameRow, HeaderField, RedactionRow } from './rows.ts'

const TEXT_BYTES = 1024 * 1024
const MAX_CHUNKS = 1000
/** Frames of a WebSocket: their bytes may be masked. */
const SOCKET_KINDS: ReadonlySet<FrameKind> = new Set(['message', 'ping', 'pong', 'close'])

export interface FrameDetails {
  readonly detail: (record: Record) => FrameDetail
  /** As received. Undefined where not all of it was kept. */
  readonly raw: (record: Record) => Buffer | undefined
  /** Without transfer framing, inflated; its first `limit` bytes. Undefined where it was not kept. */
  readonly payload: (record: Record, limit?: number) => Buffer | undefined
}

export function frameDetails(db: Database, { row, edits }: FrameRows, bytes: Addressed): FrameDetails {
  const { decisionsOf } = touching(db)
  const inflatedOfFrame = db.prepare('SELECT bytes FROM payload WHERE frame = ?').pluck()
  const redactionsWithin = db.prepare(
    `SELECT offset - @from AS offset, length, name, hash FROM redaction
     WHERE connection = @connection AND direction = @direction AND offset >= @from AND offset < @to ORDER BY redaction.offset`,
  )
  const instantsWithin = db.prepare(
    `SELECT offset, at, chunks FROM instants WHERE connection = @connection AND direction = @direction AND offset < @to AND offset >=
       coalesce((SELECT max(offset) FROM instants WHERE connection = @connection AND direction = @direction AND offset <= @from), @from)
     ORDER BY offset`,
  )

  const raw = (record: Record): Buffer | undefined => {
    const length = record['length'] as number
    const { connection, direction, offset } = placeOf(record)
    return whole(bytes(connection, direction, offset, length), length)
  }
  const payload = (record: Record, limit = Number.MAX_SAFE_INTEGER): Buffer | undefined => {
    const inflated = inflatedOfFrame.get(record['id']) as Buffer | undefined
    if (inflated !== undefined) return inflated.subarray(0, limit)
    if (record['pieces'] === 'chunked') return unchunk(raw(record), limit)
    const { connection, direction, offset } = placeOf(record)
    if (SOCKET_KINDS.has(FRAME_KINDS[record['kind'] as number] ?? 'opaque')) {
      const lead = record['lead'] as number
      const length = lead + Math.min((record['length'] as number) - lead, limit)
      const frame = whole(bytes(connection, direction, offset, length), length)
      return frame === undefined ? undefined : Buffer.from(webSocketPayload(frame, lead))
    }
    const ranges = cut(payloadRanges(record), limit)
    const [from, to] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0]
    const span = whole(bytes(connection, direction, offset + from, to - from), to - from)
    if (span === undefined || ranges.length === 1) return span
    return Buffer.concat(ranges.map(([start, end]) => span.subarray(start - from, end - from)))
  }
  const detail = (record: Record): FrameDetail => {
    const frame = row(record)
    const address = addressOf(record)
    const shown = payload(record, TEXT_BYTES + 1) ?? Buffer.alloc(0)
    const textCut = shown.length > TEXT_BYTES
    const { text, lossy } = decode(shown.subarray(0, TEXT_BYTES), textCut)
    const own = edits(record)
    return {
      ...frame,
      ...(frame.kind === 'head' ? parseHead(text) : { startLine: null, headers: [] }),
      text,
      textLossy: lossy,
      textCut,
      sentText: frame.sentAt === null ? null : sentText(frame.kind, own, raw(record)),
      editList: own.map((edit) => editRow(edit, placeOf(record), bytes)),
      decisions: decisionsOf(record),
      redactions: redactionsWithin.all(address) as RedactionRow[],
      chunks: chunksOf(frame, instantsWithin.all(address) as InstantsRecord[]),
    }
  }
  return { detail, raw, payload }
}

/** What whoever read a frame got that a rule changed; null where that is what was received, or it is not known. */
function sentText(kind: FrameKind, edits: readonly StoredEdit[], raw: Buffer | undefined): string | null {
  const bytes = edits.length === 0 ? null : sentBytes(edits, raw)
  const payload = bytes === null ? null : sentPayload(kind, bytes, (body) => unchunk(body, TEXT_BYTES) ?? body)
  return payload === null ? null : decode(payload.subarray(0, TEXT_BYTES), true).text
}

type Range = readonly [start: number, end: number]

function placeOf(record: Record): { connection: number; direction: Direction; offset: number } {
  const direction = DIRECTIONS[record['direction'] as number] ?? 'c2s'
  return { connection: record['connection'] as number, direction, offset: record['offset'] as number }
}

function addressOf(record: Record) {
  const { connection, direction, offset, length } = record as { [column: string]: number }
  return { connection, direction, from: offset, to: (offset ?? 0) + (length ?? 0) }
}

function whole(bytes: Buffer, length: number): Buffer | undefined {
  return bytes.length === length ? bytes : undefined
}

/** Where in the raw bytes the payload is, as borders relative to the frame. */
function payloadRanges(record: Record): Range[] {
  if (record['pieces'] === null)
    return [[record['lead'] as number, (record['length'] as number) - (record['trail'] as number)]]
  const pieces = JSON.parse(record['pieces'] as string) as [offset: number, length: number][]
  return pieces.map(([offset, length]) => [offset, offset + length])
}

/** A chunked body (RFC 9112 §7.1), extensions and trailers left out; what follows a broken size is left out too. */
function unchunk(body: Buffer | undefined, limit: number): Buffer | undefined {
  if (body === undefined) return undefined
  const ranges: Range[] = []
  let at = 0
  for (;;) {
    const lineEnd = body.indexOf('\n', at)
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(body.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size) || size <= 0) break
    ranges.push([lineEnd + 1, Math.min(lineEnd + 1 + size, body.length)])
    const after = lineEnd + 1 + size
    at = after + (body[after] === 0x0d ? 2 : 1)
  }
  return Buffer.concat(cut(ranges, limit).map(([start, end]) => body.subarray(start, end)))
}

function cut(ranges: readonly Range[], limit: number): Range[] {
  const kept: Range[] = []
  let left = limit
  for (const [start, end] of ranges) {
    if (left <= 0) break
    kept.push([start, Math.min(end, start + left)])
    left -= end - start
  }
  return kept
}

/** UTF-8 where it is, else latin1, which shows every byte. A character cut in half at the end (`open`) is no reason. */
function decode(bytes: Uint8Array, open: boolean): { text: string; lossy: boolean } {
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: open }),
      lossy: false,
    }
  } catch {
    return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'), lossy: true }
  }
}

/** Start line and fields in order (RFC 9112 §2.1), bare LF and obs-fold taken as they come; a line without colon is a name alone. */
export function parseHead(text: string): { startLine: string | null; headers: HeaderField[] } {
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex((line) => line !== '')
  const headers: { name: string; value: string }[] = []
  for (const line of lines.slice(start + 1)) {
    const last = headers.at(-1)
    const colon = line.indexOf(':')
    if (line === '') break
    if (/^[ \t]/.test(line) && last !== undefined) last.value = `${last.value} ${line.trim()}`.trim()
    else if (colon < 0) headers.push({ name: line, value: '' })
    else headers.push({ name: line.slice(0, colon), value: line.slice(colon + 1).trim() })
  }
  return { startLine: lines[start] ?? null, headers }
}

type Place = ReturnType<typeof placeOf>

function editRow({ offset, length, removed, bytes: put, rule }: StoredEdit, at: Place, raw: Addressed): EditRow {
  // the raw bytes have no secrets in them
  const was =
    length === null ? removed : raw(at.connection, at.direction, at.offset + offset, Math.min(length, TEXT_BYTES))
  return { offset, removed: decode(was, false).text, inserted: put === null ? null : decode(put, false).text, rule }
}

interface InstantsRecord {
  readonly offset: number
  readonly at: number
  readonly chunks: Buffer
}

/** The chunks the frame's bytes came in. Packed: pairs of uint32, little-endian: bytes, microseconds since the row's `at`. */
function chunksOf(
  frame: { offset: number; length: number; direction: Direction } & FrameRow,
  rows: readonly InstantsRecord[],
) {
  const end = frame.offset + frame.length
  const chunks: { at: number; bytes: number }[] = []
  for (const { offset, at, chunks: packed } of rows) {
    let start = offset
    for (let i = 0; i + 8 <= packed.length && start < end && chunks.length < MAX_CHUNKS; i += 8) {
      const length = packed.readUInt32LE(i)
      const bytes = Math.min(start + length, end) - Math.max(start, frame.offset)
      if (bytes > 0) chunks.push({ at: at + packed.readUInt32LE(i + 4), bytes })
      start += length
    }
  }
  return chunks
}
