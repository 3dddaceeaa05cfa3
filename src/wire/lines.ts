/**
 * Lines of stdio: a message a line (MCP 2026-07-28 transports/stdio). A line ends with LF, and with nothing else: a CR before it
 * belongs to the line, as do NUL and bytes that are no UTF-8.
 */
import type { Frame, Framer } from './frame.ts'
import { Gathered } from './gathered.ts'

const LF = 10
const CR = 13

/** A line beyond this many bytes, its LF included, is not held. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024

export interface LineFramerOptions {
  /** A line beyond this many bytes is given in opaque pieces as it comes. Default 64 MiB. */
  maxFrameBytes?: number
}

/**
 * Frames of a stream of lines: `line` for each, its LF in the `raw` and not in the `payload` (nor is one CR before it: that is how
 * peers read it), and `end` for a last one without LF, which no peer takes for a message.
 */
export function createLineFramer({ maxFrameBytes = MAX_LINE_BYTES }: LineFramerOptions = {}): Framer {
  const held = new Gathered()
  let tooLarge = false

  const emit = (frames: Frame[], kind: Frame['kind']): void => {
    if (held.length === 0) return
    const raw = held.take()
    frames.push({ kind, raw, payload: kind === 'line' ? raw.subarray(0, textLength(raw)) : raw })
  }
  return {
    push(bytes) {
      const frames: Frame[] = []
      for (let from = 0; from < bytes.length;) {
        const newline = bytes.indexOf(LF, from)
        const to = newline === -1 ? bytes.length : newline + 1
        held.add(bytes, from, to)
        if (held.length > maxFrameBytes) tooLarge = true
        if (newline !== -1) {
          emit(frames, tooLarge ? 'opaque' : 'line')
          tooLarge = false
        } else if (tooLarge) emit(frames, 'opaque')
        from = to
      }
      held.keep()
      return frames
    },
    flush() {
      const frames: Frame[] = []
      emit(frames, tooLarge ? 'opaque' : 'end')
      tooLarge = false
      return frames
    },
  }
}

/** Length of a line without its end: LF, or CR and LF; all of it where it has none. */
export function textLength(line: Uint8Array): number {
  const last = line.length - 1
  if (line[last] !== LF) return line.length
  return line[last - 1] === CR ? last - 1 : last
}
