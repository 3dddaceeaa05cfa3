import { expect, test } from 'vitest'
import { drop } from '../../src/faults/drop.ts'
import type { AnyFault, FaultEvent, Tools } from '../../src/faults/fault.ts'
import { sparingFixed } from '../../src/faults/fixed-units.ts'
import { mutate } from '../../src/faults/mutate.ts'

const unit = (fixed?: string): FaultEvent =>
  ({
    kind: 'frame',
    at: 0,
    offset: 0,
    frame: { kind: 'message', raw: Buffer.from('x'), payload: Buffer.from('x') },
    meaning: fixed === undefined ? {} : { fixed },
    direction: 's2c',
    connection: 1,
  }) as unknown as FaultEvent

function sparing(fault: AnyFault, options: unknown) {
  const said: string[] = []
  const tools = { notApplied: (reason: string) => void said.push(reason) } as unknown as Tools
  return { said, damage: sparingFixed(fault, options, () => [], tools) }
}

test('what has to stay in its place does, and the record says why', () => {
  const { said, damage } = sparing(drop as unknown as AnyFault, { span: 1 })
  const event = unit('compressed')
  expect([damage(event), damage(unit()), said]).toEqual([[{ do: 'pass', event }], [], ['compressed']])
})

test('a damage that leaves messages where they are meets all of them', () => {
  const { said, damage } = sparing(mutate as unknown as AnyFault, { patch: [], on: 'params' })
  expect([damage(unit('compressed')), said]).toEqual([[], []])
})
