import type { Decision } from '../../src/pipe/decision.ts'

/** As the engine tells one. */
export const decision: Decision = {
  at: 5,
  rule: 'slow',
  revision: 1,
  connection: 1,
  direction: 'c2s',
  offset: 0,
  length: 1,
  scope: 'message c2s tools/call 1',
  draw: 0.25,
  fired: true,
  action: 'wait 200 ms',
  heldUs: null,
}
