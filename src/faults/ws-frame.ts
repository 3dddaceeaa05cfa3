import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import { damagedWebSocket } from '../wire/websocket-damage.ts'
import type { Fault } from './fault.ts'
import { withRaw } from './unit.ts'

const AS = {
  fragment: 'in two fragments',
  rsv: 'with a reserved bit set',
  opcode: 'with a reserved opcode',
  'bad-utf8': 'as text that is no UTF-8',
  mask: 'masked where it must not be, or not where it must',
  oversize: 'with a length of 2^53 - 1 bytes announced',
  'text-binary': 'as binary where it is text, and the other way round',
} as const

export interface WsFrameOptions {
  readonly as: keyof typeof AS
}

/** Framing of a WebSocket that breaks the rules (RFC 6455 §5), or just stretches them (`fragment`). Compressed messages have no text to spoil. */
export const wsFrame: Fault<WsFrameOptions> = {
  type: 'ws-frame',
  level: 3,
  summary: 'breaks the framing of WebSocket messages: fragments, reserved bits, opcodes, UTF-8, masks, sizes',
  needs: 'units',
  applies: ['websocket'],
  narrow: 'transport:ws kind:message',
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    as: z
      .enum(['fragment', 'rsv', 'opcode', 'bad-utf8', 'mask', 'oversize', 'text-binary'])
      .default('fragment')
      .describe('What is done to the frame; all but fragment and text-binary are against the protocol'),
  }),
  explain: ({ as }) => `delivers {it} ${AS[as]}`,
  stage:
    ({ as }, tools) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      const raw = damagedWebSocket(event.frame.raw, as)
      if (raw === null) tools.notApplied('fragmented, empty or compressed already')
      return [pass(raw === null ? event : withRaw(event, raw))]
    },
}
