/** Where two directions of HTTP stand, as the live path keeps track of it. */
import type { Standing } from '../../src/pipe/policy.ts'
import { HeadEditor } from '../../src/transports/head-editor.ts'
import type { Direction } from '../../src/wire/frame.ts'
import { createOutstanding } from '../../src/wire/http1.ts'

export interface Standings {
  /** Bytes that have come out. */
  passed(direction: Direction, bytes: Uint8Array): void
  readonly now: Readonly<Record<Direction, () => Standing>>
}

export function standings(): Standings {
  const outstanding = createOutstanding()
  const editor = (side: 'request' | 'response'): HeadEditor =>
    new HeadEditor({
      side,
      outstanding,
      table: { names: [], insert: [], line: () => null },
      write: () => undefined,
      edited: () => undefined,
      holdTime: () => () => undefined,
      released: () => undefined,
    })
  const editors = { c2s: editor('request'), s2c: editor('response') }
  const offsets = { c2s: 0, s2c: 0 }
  return {
    passed: (direction, bytes) => {
      editors[direction].write(bytes, offsets[direction])
      offsets[direction] += bytes.length
    },
    now: { c2s: () => editors.c2s.standing(), s2c: () => editors.s2c.standing() },
  }
}
