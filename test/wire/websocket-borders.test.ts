import { expect, test } from 'vitest'
import { createOutstanding } from '../../src/wire/http1.ts'
import { createWebSocketBorders } from '../../src/wire/websocket-borders.ts'
import { masked, wsFrame } from '../support/websocket-frames.ts'

/** Whether it stands at a border behind each byte, and before the first. */
function bordersOf(protocol: string, ...frames: readonly Buffer[]): string {
  const borders = createWebSocketBorders({ ...createOutstanding(), protocol })
  let seen = borders.border ? '|' : '-'
  for (const byte of Buffer.concat(frames)) {
    borders.push(Uint8Array.of(0, byte), 1, 2)
    seen += borders.border ? '|' : '-'
  }
  return seen
}

test('a border is behind each message and each control frame', () => {
  expect(bordersOf('websocket', masked(1, 'a'), wsFrame(9), wsFrame(1))).toBe('-------|-|-|')
})

test('there is none within a message, not even behind a control frame', () => {
  const frames = [wsFrame(1, 'a', { fin: false }), wsFrame(9), wsFrame(0, 'b')]
  expect(bordersOf('websocket', ...frames)).toBe('--------|')
})

test('there is none behind what cannot be followed', () => {
  expect(bordersOf('websocket', Buffer.from('827fffffffffffffffff8900', 'hex'))).not.toContain('|')
})

test('there is none of another protocol, nor where bytes came before it was known', () => {
  expect(bordersOf('own', wsFrame(9))).not.toContain('|')
  const outstanding = createOutstanding()
  const borders = createWebSocketBorders(outstanding)
  borders.push(wsFrame(9), 0, 2)
  outstanding.protocol = 'websocket'
  borders.push(wsFrame(9), 0, 2)
  expect(borders.border).toBe(false)
})
