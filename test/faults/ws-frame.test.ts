import { expect, test } from 'vitest'
import { wsFrame } from '../../src/faults/ws-frame.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, lineUnit } from '../support/damage.ts'

function damaged(as: string, raw: string): { readonly actions: string[]; readonly reasons: string[] } {
  const reasons: string[] = []
  const damage = wsFrame.stage!(wsFrame.options.parse({ as }), {
    draw: () => 0,
    kept: { length: 0, push: () => undefined, take: () => [] },
    notApplied: (reason) => reasons.push(reason),
    shared: new Map(),
  })
  const unit = lineUnit('hi') as FaultFrame
  const event = { ...unit, frame: { ...unit.frame, raw: Buffer.from(raw, 'latin1') } }
  return { actions: actionTexts(damage({ ...event, direction: 's2c', connection: 1 })), reasons }
}

test('a message passes with its framing changed', () => {
  expect(damaged('rsv', '\x81\x02hi').actions).toEqual(['pass \xa1\x02hi'])
})

test('what cannot be changed passes, and says so', () => {
  expect(damaged('fragment', '\x01\x02hi\x80\x00')).toEqual({
    actions: ['pass \x01\x02hi\x80\x00'],
    reasons: ['fragmented, empty or compressed already'],
  })
})

test('says what', () => {
  expect(wsFrame.explain({ as: 'rsv' })).toBe('delivers {it} with a reserved bit set')
})
