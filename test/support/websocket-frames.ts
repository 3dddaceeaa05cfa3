/** WebSocket frames written by hand, good ones and such as no peer should send; and streams of them for property tests. */
import fc from 'fast-check'

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface FrameOptions {
  readonly fin?: boolean
  readonly rsv?: number
  readonly key?: readonly [number, number, number, number]
  /** How the length is written; by default the shortest that holds it. */
  readonly form?: 7 | 16 | 64
}

/** One frame. Strings are UTF-8. */
export function wsFrame(
  opcode: number,
  payload: string | Uint8Array = '',
  { fin = true, rsv = 0, key, form }: FrameOptions = {},
): Buffer {
  const bytes = Buffer.from(payload as string)
  const chosen = form ?? (bytes.length < 126 ? 7 : bytes.length < 65_536 ? 16 : 64)
  const head = Buffer.alloc(chosen === 7 ? 2 : chosen === 16 ? 4 : 10)
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  head[1] = (key === undefined ? 0 : 0x80) | (chosen === 7 ? bytes.length : chosen === 16 ? 126 : 127)
  if (chosen === 16) head.writeUInt16BE(bytes.length, 2)
  if (chosen === 64) head.writeBigUInt64BE(BigInt(bytes.length), 2)
  if (key !== undefined) for (const [at, byte] of bytes.entries()) bytes[at] = byte ^ key[at & 3]!
  return Buffer.concat([head, Buffer.from(key ?? []), bytes])
}

/** As a client sends it. */
export const masked = (opcode: number, payload: string | Uint8Array = '', options: FrameOptions = {}): Buffer =>
  wsFrame(opcode, payload, { key: [0x37, 0xfa, 0x21, 0x3d], ...options })

export const closeFrame = (code: number, reason = '', options: FrameOptions = {}): Buffer =>
  wsFrame(OPCODE.close, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]), options)

const key = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
const payload = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 20 }).map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 140 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom(125, 126, 127, 300).map((length) => Buffer.alloc(length, 'abc')) },
)

/** Messages a peer may send: whole ones, fragmented ones, control frames between them and between their fragments. */
const control = fc
  .tuple(fc.constantFrom(9, 10), fc.uint8Array({ maxLength: 125 }))
  .map(([opcode, bytes]) => ({ opcode, bytes: Buffer.from(bytes), fin: true }))
const message = fc
  .tuple(fc.constantFrom(1, 2), fc.array(payload, { minLength: 1, maxLength: 4 }), fc.array(control, { maxLength: 2 }))
  .map(([opcode, parts, between]) =>
    parts.flatMap((bytes, at) => [
      { opcode: at === 0 ? opcode : 0, bytes, fin: at === parts.length - 1 },
      ...(at < parts.length - 1 ? between : []),
    ]),
  )

/** A stream that keeps the rules but for UTF-8, of a client (`masks`) or a server. */
export const goodStreams = (masks: boolean): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.array(
        fc.oneof(
          message,
          control.map((one) => [one]),
        ),
        { maxLength: 5 },
      ),
      fc.array(key, { minLength: 1 }),
    )
    .map(([messages, keys]) =>
      Buffer.concat(
        messages
          .flat()
          .map(({ opcode, bytes, fin }, at) =>
            wsFrame(opcode, bytes, { fin, ...(masks ? { key: keys[at % keys.length]! } : {}) }),
          ),
      ),
    )

const oddFrame = fc
  .record({
    opcode: fc.nat(15),
    bytes: payload,
    fin: fc.boolean(),
    rsv: fc.nat(7),
    key: fc.option(key),
    form: fc.constantFrom(16, 64, undefined),
  })
  .map(({ opcode, bytes, fin, rsv, key: mask, form }) =>
    wsFrame(opcode, bytes, {
      fin,
      rsv,
      ...(mask === null ? {} : { key: mask }),
      ...(form === undefined ? {} : { form }),
    }),
  )

/** A length beyond 2^53, and something behind it. */
const endless = fc
  .constantFrom('827f002000000000000061', '81ffffffffffffffffff6162')
  .map((hex) => Buffer.from(hex, 'hex'))

/** Anything at all: good streams, odd frames, cut short, damaged, and bytes of chance. */
export const anyStreams: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 4, arbitrary: goodStreams(true) },
        { weight: 4, arbitrary: oddFrame },
        { weight: 1, arbitrary: endless },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)) },
      ),
      { maxLength: 4 },
    ),
    fc.nat({ max: 12 }),
  )
  .map(([parts, cut]) => {
    const bytes = Buffer.concat(parts).subarray(0, 1500)
    return bytes.subarray(0, Math.max(0, bytes.length - (cut > 6 ? cut : 0)))
  })
