/**
 * What the Autobahn test suite's fuzzing client sends, case by case: families 1 to 7 (framing, pings, reserved bits and opcodes,
 * fragments, UTF-8, closing) and 12 and 13 (compression). Written from its case descriptions; the suite itself is not used.
 */
import { constants, deflateRawSync } from 'node:zlib'
import { closeFrame, masked, type FrameOptions } from './websocket-frames.ts'

export interface AutobahnCase {
  readonly id: string
  /** Written one after the other, each in a write of its own. */
  readonly pieces: readonly Buffer[]
  /** `Sec-WebSocket-Extensions` of the handshake. */
  readonly offer?: string
}

const KEY = [0x12, 0x34, 0x56, 0x78] as const
const frame = (opcode: number, payload: string | Uint8Array = '', options: FrameOptions = {}): Buffer =>
  masked(opcode, payload, { key: KEY, ...options })
const close = (code = 1000, reason = ''): Buffer => closeFrame(code, reason, { key: KEY })
const one = (id: string, ...frames: readonly Buffer[]): AutobahnCase => ({ id, pieces: frames })
/** In pieces of so many bytes. */
const chopped = (id: string, size: number, ...frames: readonly Buffer[]): AutobahnCase => {
  const bytes = Buffer.concat(frames)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
  return { id, pieces }
}
const text = (length: number): string => '*'.repeat(length)

const SIZES = [0, 125, 126, 127, 128, 65_535, 65_536]
const sizes = [1, 2].flatMap((opcode) => [
  ...SIZES.map((size, at) => one(`1.${opcode}.${at + 1}`, frame(opcode, text(size)), close())),
  chopped(`1.${opcode}.8`, 997, frame(opcode, text(65_536)), close()),
])

const pings = [
  one('2.1', frame(9), close()),
  one('2.2', frame(9, 'Hello, world!'), close()),
  one('2.3', frame(9, Buffer.from([0, 255, 254, 253, 252, 251, 0, 255])), close()),
  one('2.4', frame(9, Buffer.alloc(125, 254)), close()),
  one('2.5', frame(9, Buffer.alloc(126, 254))),
  chopped('2.6', 1, frame(9, Buffer.alloc(125, 254)), close()),
  one('2.7', frame(10), close()),
  one('2.8', frame(10, 'unsolicited pong payload'), close()),
  one('2.9', frame(10, 'unsolicited'), frame(9, 'ping payload'), close()),
  one('2.10', ...Array.from({ length: 10 }, (_, at) => frame(9, `payload-${at}`)), close()),
  chopped('2.11', 1, ...Array.from({ length: 10 }, (_, at) => frame(9, `payload-${at}`)), close()),
]

const reservedBits = [
  one('3.1', frame(1, 'Hello', { rsv: 1 })),
  one('3.2', frame(1, 'small'), frame(1, 'Hello', { rsv: 2 }), frame(9)),
  chopped('3.3', 7, frame(1, 'small'), frame(1, 'Hello', { rsv: 3 }), frame(9)),
  chopped('3.4', 1, frame(1, 'small'), frame(1, 'Hello', { rsv: 4 }), frame(9)),
  one('3.5', frame(2, 'Hello', { rsv: 5 })),
  one('3.6', frame(9, 'Hello', { rsv: 6 })),
  one('3.7', frame(8, '', { rsv: 7 })),
]

const reservedOpcodes = [
  ...[3, 4, 5, 6, 7].map((opcode, at) =>
    one(`4.1.${at + 1}`, frame(1, 'before'), frame(opcode, at < 2 ? '' : 'x'), frame(9)),
  ),
  ...[11, 12, 13, 14, 15].map((opcode, at) =>
    one(`4.2.${at + 1}`, frame(1, 'before'), frame(opcode, at < 2 ? '' : 'x'), frame(9)),
  ),
]

const first = frame(1, 'fragment1', { fin: false })
const middle = frame(0, 'fragment2', { fin: false })
const last = frame(0, 'fragment3')
const fragments = [
  one('5.1', frame(9, 'fragment1', { fin: false }), frame(0, 'fragment2')),
  one('5.2', frame(10, 'fragment1', { fin: false }), frame(0, 'fragment2')),
  one('5.3', first, frame(0, 'fragment2'), close()),
  chopped('5.4', 1000, first, frame(0, 'fragment2'), close()),
  chopped('5.5', 1, first, frame(0, 'fragment2'), close()),
  one('5.6', first, frame(9, 'ping payload'), frame(0, 'fragment2'), close()),
  chopped('5.7', 1000, first, frame(9, 'ping payload'), frame(0, 'fragment2'), close()),
  chopped('5.8', 1, first, frame(9, 'ping payload'), frame(0, 'fragment2'), close()),
  one('5.9', frame(0, 'non-continuation payload'), frame(1, 'Hello')),
  chopped('5.10', 1000, frame(0, 'non-continuation payload'), frame(1, 'Hello')),
  chopped('5.11', 1, frame(0, 'non-continuation payload'), frame(1, 'Hello')),
  one('5.12', frame(0, 'non-continuation payload', { fin: false }), frame(1, 'Hello')),
  one('5.15', first, frame(0, 'fragment2'), middle, frame(1, 'fragment4')),
  one('5.16', frame(0, 'fragment1', { fin: false }), first, frame(0, 'fragment3')),
  one('5.18', first, frame(1, 'fragment2')),
  one('5.19', first, middle, frame(9, 'pongme 1!'), middle, middle, frame(9, 'pongme 2!'), last, close()),
  chopped('5.20', 1, first, middle, frame(9, 'pongme 1!'), middle, middle, frame(9, 'pongme 2!'), last, close()),
]

const GOOD = 'Hello-µ@ßöäüàá-UTF-8!!'
const invalid = (hex: string): Buffer => Buffer.from(hex, 'hex')
const INVALID = {
  '6.3': 'cebae1bdb9cf83cebcceb5eda080656469746564',
  '6.6': 'ce',
  '6.8': 'f8888080 80'.replace(' ', ''),
  '6.10': 'f7bfbfbf',
  '6.12': '80',
  '6.13': 'fe',
  '6.14': 'c0',
  '6.15': 'c3',
  '6.16': 'ff',
  '6.17': 'c0af',
  '6.18': 'c1bf',
  '6.19': 'c080',
  '6.20': 'eda080',
  '6.21': 'edadbfedbfbf',
}
const utf8 = [
  one('6.1.1', frame(1), close()),
  one('6.1.2', frame(1, '', { fin: false }), frame(0, '', { fin: false }), frame(0), close()),
  one('6.1.3', frame(1, '', { fin: false }), frame(0, 'middle frame payload', { fin: false }), frame(0), close()),
  one('6.2.1', frame(1, GOOD), close()),
  one('6.2.2', frame(1, GOOD.slice(0, 9), { fin: false }), frame(0, GOOD.slice(9)), close()),
  one(
    '6.2.3',
    ...[...Buffer.from(GOOD)].map((byte, at) => frame(at === 0 ? 1 : 0, Buffer.of(byte), { fin: false })),
    frame(0),
    close(),
  ),
  chopped('6.2.4', 1, frame(1, 'κόσμε'), close()),
  ...Object.entries(INVALID).map(([id, hex]) => one(id, frame(1, invalid(hex)), frame(9))),
  one(
    '6.4.1',
    frame(1, invalid('cebae1bdb9cf83cebcceb5'), { fin: false }),
    frame(0, invalid('f4908080'), { fin: false }),
    frame(0, 'edited'),
  ),
  chopped('6.4.3', 1, frame(1, invalid('cebae1bdb9cf83cebcceb5f4908080656469746564'))),
]

const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
const WRONG = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535]
const closing = [
  one('7.1.1', frame(1, 'Hello World!'), close()),
  one('7.1.2', close(), close()),
  one('7.1.3', close(), frame(9)),
  one('7.1.4', close(), frame(1, 'Hello World!')),
  one('7.1.5', frame(1, 'fragment1', { fin: false }), close(), frame(0, 'fragment2')),
  one('7.1.6', frame(1, text(262_144)), frame(1, 'Hello World!'), close(), frame(9)),
  one('7.3.1', frame(8)),
  one('7.3.2', frame(8, 'a')),
  one('7.3.3', close()),
  one('7.3.4', close(1000, 'Hello World!')),
  one('7.3.5', close(1000, text(123))),
  one('7.3.6', close(1000, text(124))),
  one('7.5.1', frame(8, Buffer.concat([Buffer.from([3, 232]), invalid('cebaeda080')]))),
  ...CODES.map((code, at) => one(`7.7.${at + 1}`, close(code))),
  ...WRONG.map((code, at) => one(`7.9.${at + 1}`, close(code))),
]

const deflated = (payload: string, windowBits = 15): Buffer =>
  deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH, windowBits }).subarray(0, -4)
const LONG = '{"AutobahnPython":"0.6.0","trafficStats":[1,2,3]}'
const OFFERS = {
  12: ['permessage-deflate'],
  13: [
    'permessage-deflate; client_no_context_takeover; client_max_window_bits',
    'permessage-deflate; server_no_context_takeover',
    'permessage-deflate; client_max_window_bits',
    'permessage-deflate; server_max_window_bits=9',
    'permessage-deflate; server_max_window_bits=15; client_no_context_takeover',
    'permessage-deflate; server_no_context_takeover; server_max_window_bits=8, permessage-deflate; client_max_window_bits',
    'permessage-deflate; no_such_parameter',
  ],
}
const compression = Object.entries(OFFERS).flatMap(([family, offers]) =>
  offers.flatMap((offer, index): AutobahnCase[] => {
    const id = (at: number): string => `${family}.${index + 1}.${at}`
    // each message compressed by itself: readable with any agreement on context takeover
    const messages = Array.from({ length: 5 }, (_, at) => frame(1, deflated(LONG.repeat(at * 10 + 1), 9), { rsv: 4 }))
    return [
      { id: id(1), offer, pieces: [...messages, close()] },
      { id: id(2), offer, pieces: [frame(1, 'not compressed'), frame(9), ...messages, close()] },
      {
        id: id(3),
        offer,
        pieces: [
          frame(2, deflated(text(60_000)).subarray(0, 20), { rsv: 4, fin: false }),
          frame(9),
          frame(0, deflated(text(60_000)).subarray(20)),
          close(),
        ],
      },
      { id: id(4), offer, pieces: [frame(1, invalid('ffffffff'), { rsv: 4 }), frame(9)] },
    ]
  }),
)

export const autobahnCases: readonly AutobahnCase[] = [
  ...sizes,
  ...pings,
  ...reservedBits,
  ...reservedOpcodes,
  ...fragments,
  ...utf8,
  ...closing,
  ...compression,
]
