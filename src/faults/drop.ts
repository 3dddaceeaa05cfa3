import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { isBorder } from './stream-border.ts'
import { count, countText } from './values.ts'

const options = z.strictObject({
  span: count(1).default(1).describe('How many that match, one after the other'),
})

/** Leaves messages out; nothing answers in their place, and the framing around them stays whole. Of HTTP a whole request or response. */
export const drop: Fault<z.infer<typeof options>> = {
  type: 'drop',
  level: 3,
  summary: 'leaves messages out',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  direction: 'both',
  per: 'message',
  displaces: () => true,
  options,
  span: ({ span }) => span,
  explain: ({ span }) => (span === 1 ? 'drops {it}' : `drops {it}, ${countText(span, 'message')} in a row`),
  stage: () => (event) =>
    event.kind === 'frame' && event.meaning.subject.kind !== 'close' && isBorder(event) ? [pass(event)] : [],
}
