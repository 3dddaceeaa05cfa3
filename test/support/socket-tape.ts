/** A WebSocket as the tap would tell it: handshake, then frames in pieces, then how it ended. */
import type { Ending } from '../../src/wire/ending.ts'
import type { Direction } from '../../src/wire/frame.ts'
import type { Depth } from '../../src/recorder/context.ts'
import type { RedactionRules } from '../../src/recorder/redaction.ts'
import { info, record } from './recording.ts'

export interface SocketTapeOptions {
  readonly redact?: RedactionRules
  readonly depth?: Depth
  /** Further lines of the request's head, and of the answer's. */
  readonly asked?: string
  readonly agreed?: string
  /** Of the answer. Default `101 Switching Protocols`. */
  readonly status?: string
}

export const upgrade = (more = ''): string =>
  `GET /mcp HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`
export const switching = (more = '', status = '101 Switching Protocols'): string =>
  `HTTP/1.1 ${status}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`

export function socketTape({ redact = {}, depth = 'full', asked = '', agreed = '', status }: SocketTapeOptions = {}) {
  const taped = record({ redact, depth })
  let now = 1000
  taped.tap.opened(1, now, info)
  const feed = (direction: Direction, bytes: Buffer | string, sent = true): number => {
    now += 10
    taped.tap.chunk(1, direction, Buffer.from(bytes as string), now, sent ? now + 1 : 0, false)
    return now
  }
  const request = upgrade(asked)
  const response = switching(agreed, status)
  feed('c2s', request)
  const frames = () => {
    taped.commit()
    const rows = taped.reader.flows().flatMap(({ id }) => taped.reader.frames({ flow: id }).rows)
    return rows.filter(({ kind }) => kind !== 'head').map(({ id }) => taped.reader.frame(id)!)
  }
  return {
    taped,
    feed,
    request,
    response,
    /** The server's answer. */
    open: () => feed('s2c', response),
    /** A chunk, with its address and whether it begins at a border. */
    chunk: (direction: Direction, bytes: Buffer, border: boolean) =>
      taped.tap.chunk(1, direction, bytes, (now += 10), now + 1, border),
    sent: (direction: Direction, upTo: number) => taped.tap.sent(1, direction, upTo, (now += 10)),
    end: (direction: Direction, how: Ending['how'], by: Ending['by']) =>
      taped.tap.ended(1, direction, (now += 10), { how, by }, 0),
    close() {
      taped.tap.closed(1, (now += 10))
      taped.commit()
    },
    /** Frames behind the handshake: direction, kind, label and text. */
    frames,
    lines: () => frames().map(({ direction, kind, label, text }) => [direction, kind, label, text]),
    flow: () => taped.reader.flows()[0]!,
  }
}
