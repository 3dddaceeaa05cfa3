/** The stage that lets whole frames through, put in front of stages that need them and taken out again without loss. */
import type { Framer } from '../wire/frame.ts'
import type { NamedStage, PipeEvent } from './action.ts'
import { pass } from './action.ts'

/** The framer's own bound is the gate's: a frame beyond it comes in opaque pieces. Arrival is that of the chunk completing the frame. */
export function createGate(framer: Framer): NamedStage {
  let offset = -1
  const framed = (frames: readonly { raw: Uint8Array }[], at: number): PipeEvent[] =>
    frames.map((frame) => {
      const event = { kind: 'frame', at, offset, frame } as PipeEvent
      offset += frame.raw.length
      return event
    })
  return {
    rule: 'gate',
    stage: (event) => {
      if (event.kind === 'end') return [...framed(framer.flush(), event.at).map(pass), pass(event)]
      if (event.kind !== 'chunk') return [pass(event)]
      if (offset < 0) offset = event.offset
      return framed(framer.push(event.bytes), event.at).map(pass)
    },
    release: () => framed(framer.flush(), 0),
  }
}
