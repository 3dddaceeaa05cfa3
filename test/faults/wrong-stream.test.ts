import { expect, test } from 'vitest'
import { wrongStream } from '../../src/faults/wrong-stream.ts'
import type { FaultFrame, Unit } from '../../src/faults/unit.ts'
import { actionTexts, lineUnit } from '../support/damage.ts'
import { bodyEnd, event, head, message } from '../support/http-units.ts'

function session() {
  const notApplied: string[] = []
  const damage = wrongStream.stage!(
    {},
    {
      draw: () => 0,
      kept: { length: 0, push: () => undefined, take: () => [] },
      notApplied: (reason) => notApplied.push(reason),
      shared: new Map(),
    },
  )
  const says = (connection: number, text: string, changes: Partial<Unit>): string[] =>
    actionTexts(damage({ ...(lineUnit(text, changes) as FaultFrame), direction: 's2c', connection }))
  return { says, notApplied }
}
const answer = event({ messages: [message({ kind: 'response' })] })

test('an answer comes on another stream that is open', () => {
  const { says } = session()
  says(2, 'head', head({ stream: 'get' }))
  says(2, 'note', event({ stream: 'get' }))
  expect(says(1, 'answer', answer)).toEqual(['write event answer to 2 s2c'])
})

test('a stream that has only begun will do', () => {
  const { says } = session()
  says(2, 'head', head({ stream: 'get' }))
  expect(says(1, 'answer', answer)).toEqual(['write block data: answer to 2 s2c'])
})

test('without another one it stays where it is, and says so', () => {
  const { says, notApplied } = session()
  says(2, 'head', head({ stream: 'get' }))
  says(2, 'last', bodyEnd())
  expect(says(1, 'answer', answer)).toEqual(['pass answer\n'])
  expect(notApplied).toEqual(['no other stream is open'])
})

test('what is no answer stays', () => {
  const { says } = session()
  says(2, 'head', head({ stream: 'get' }))
  expect(says(1, 'note', event())).toEqual(['pass note\n'])
})
