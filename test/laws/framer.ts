import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame, Framer } from '../../src/wire/frame.ts'

export interface FramerLawOptions {
  /** No frame that is not opaque may be longer, and no more may be held. Default: no bound is tried. */
  maxHeldBytes?: number
  /** Inputs tried by each law. Default 200. */
  runs?: number
}

/** What a frame says, with the text of its bytes: two frames are the same when these are. */
interface Seen {
  kind: string
  raw: string
  payload: string
}

/** All frames that input gives when it is pushed in these pieces. */
export function framesOf(framer: Framer, pieces: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = []
  for (const piece of pieces) {
    // A buffer of our own for each push, overwritten behind it: who keeps a reference to it is found out.
    const lent = Buffer.from(piece)
    for (const frame of framer.push(lent)) {
      frames.push({ kind: frame.kind, raw: Buffer.from(frame.raw), payload: Buffer.from(frame.payload) })
    }
    lent.fill(0x21)
  }
  return [...frames, ...framer.flush()]
}

/** The frames in words; neighbouring opaque pieces are one, as where they are cut means nothing. */
export function seen(frames: readonly Frame[]): Seen[] {
  const all: Seen[] = []
  for (const { kind, raw, payload } of frames) {
    const text = { kind, raw: Buffer.from(raw).toString('latin1'), payload: Buffer.from(payload).toString('latin1') }
    const last = all.at(-1)
    if (kind === 'opaque' && last?.kind === 'opaque') {
      last.raw += text.raw
      last.payload += text.payload
    } else all.push(text)
  }
  return all
}

/** The input cut at these places. */
export function cutAt(input: Uint8Array, places: readonly number[]): Uint8Array[] {
  const borders = [0, ...places.map((place) => place % (input.length + 1)).sort((a, b) => a - b), input.length]
  return borders.slice(1).map((to, k) => input.subarray(borders[k], to))
}

/** The most a framer held between two bytes, or gave in one frame that is not opaque. */
function mostHeld(framer: Framer, input: Uint8Array): number {
  let held = 0
  let most = 0
  for (const byte of input) {
    held++
    for (const { kind, raw } of framer.push(Uint8Array.of(byte))) {
      held -= raw.length
      if (kind !== 'opaque') most = Math.max(most, raw.length)
    }
    most = Math.max(most, held)
  }
  return most
}

/**
 * The laws of every framer: the raw of its frames is its input; the frames are the same however it is split; it holds no
 * more than its bound. `make` gives a new framer each time.
 */
export function framerLaws(
  name: string,
  make: () => Framer,
  input: fc.Arbitrary<Uint8Array>,
  { maxHeldBytes = Number.POSITIVE_INFINITY, runs = 200 }: FramerLawOptions = {},
): void {
  describe(`${name} keeps the laws of framers`, () => {
    test('the raw of its frames, one after the other, is its input', () => {
      fc.assert(
        fc.property(input, fc.array(fc.nat(), { maxLength: 6 }), (bytes, places) => {
          const raw = framesOf(make(), cutAt(bytes, places)).map((frame) => frame.raw)
          expect(Buffer.concat(raw).toString('latin1')).toBe(Buffer.from(bytes).toString('latin1'))
        }),
        { numRuns: runs },
      )
    })

    test('its frames are the same byte by byte, in any pieces, and cut in two anywhere', () => {
      fc.assert(
        fc.property(input, fc.array(fc.nat(), { maxLength: 8 }), (bytes, places) => {
          const whole = seen(framesOf(make(), [bytes]))
          expect(seen(framesOf(make(), cutAt(bytes, places)))).toEqual(whole)
          expect(seen(framesOf(make(), cutAt(bytes, [...bytes.keys()])))).toEqual(whole)
          for (let place = 1; place < Math.min(bytes.length, 150); place++) {
            expect(seen(framesOf(make(), cutAt(bytes, [place])))).toEqual(whole)
          }
        }),
        { numRuns: Math.ceil(runs / 4) },
      )
    })

    test('it holds no more than its bound, and gives no frame beyond it', () => {
      fc.assert(
        fc.property(input, (bytes) => {
          expect(mostHeld(make(), bytes)).toBeLessThanOrEqual(maxHeldBytes)
        }),
        { numRuns: runs },
      )
    })
  })
}
