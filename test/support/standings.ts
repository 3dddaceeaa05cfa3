/** Where two directions of HTTP stand, as the live path keeps track of it. */
import type { Standing } from '../../src/pipe/policy.ts'
import type { Direction } from '../../src/wire/frame.ts'
import { createHttp1Splitter, createOutstanding, type Http1Head } from '../../src/wire/http1.ts'
import { createWebSocketBorders } from '../../src/wire/websocket-borders.ts'

export interface Standings {
  /** Bytes that have come out. */
  passed(direction: Direction, bytes: Uint8Array): void
  readonly now: Readonly<Record<Direction, () => Standing>>
}

export function standings(): Standings {
  const outstanding = createOutstanding()
  const track = (side: 'request' | 'response') => {
    let head: Http1Head | null = null
    let tail = Buffer.alloc(0)
    const borders = createWebSocketBorders(outstanding)
    const splitter = createHttp1Splitter(side, outstanding, {
      headSpan: () => undefined,
      head: (found) => {
        if (found.status !== 0 && found.status < 200) return
        // as long as these bytes are not written over, which nobody does here
        head = found
        tail = Buffer.alloc(0)
      },
      payload: (chunk, from, to) => {
        tail = Buffer.concat([tail, chunk.subarray(from, to)]).subarray(-4)
      },
      framing: () => undefined,
      messageEnd: () => {
        head = null
      },
      opaque: (chunk, from, to) => borders.push(chunk, from, to),
    })
    const standing = () => ({
      fork: splitter.fork.bind(splitter),
      head,
      tail,
      border: splitter.state === 'boundary' || borders.border,
      socket: borders.fork.bind(borders),
      outstanding,
    })
    return { splitter, standing }
  }
  const sides = { c2s: track('request'), s2c: track('response') }
  return {
    passed: (direction, bytes) => sides[direction].splitter.push(bytes),
    now: { c2s: sides.c2s.standing, s2c: sides.s2c.standing },
  }
}
