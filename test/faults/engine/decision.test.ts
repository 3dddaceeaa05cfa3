import { expect, test } from 'vitest'
import { wholeDecision } from '../../../src/faults/engine/decision.ts'
import { LiveRule } from '../../../src/faults/engine/rule.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { activeRules } from '../../support/engine.ts'

test('a decision about a connection names the rule, its revision and its draw, and no place in the traffic', () => {
  const [active] = activeRules([{ fault: 'accept-hang', id: 'a' }])
  const live = new LiveRule(parseRule({ fault: 'accept-hang', id: 'a' }), active!, 1, 0)
  const verdict = { fired: true, draw: 0.5, key: 'connection 2' }
  expect(wholeDecision(live, verdict, { at: 7, connection: 3, action: 'hang' })).toEqual({
    at: 7,
    rule: 'a',
    revision: 1,
    connection: 3,
    direction: null,
    offset: null,
    length: null,
    scope: 'connection 2',
    draw: 0.5,
    fired: true,
    action: 'hang',
    heldUs: null,
  })
})
