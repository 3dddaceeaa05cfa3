import { expect, test } from 'vitest'
import { breakpoint } from '../../src/faults/breakpoint.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'

const NAME = 'breakpoint 1 s2c 0'
const stopped = (options: object = {}, changes: object = {}) => {
  const table = damageOf(breakpoint, options)
  return { ...table, first: actionTexts(table.unit('{"id":1}', changes)) }
}

test('puts a message before a person, and holds what is behind it', () => {
  const { first, kept } = stopped()
  expect(first).toEqual(['ask 60000', `hold ${NAME}`, 'wake 60000', 'wake 15000'])
  expect(kept).toHaveLength(1)
})

test('sends it on when told, and then lets go of the rest', () => {
  const { tick } = stopped()
  expect(actionTexts(tick({ do: 'send' }))).toEqual(['pass {"id":1}\n', `release ${NAME}`, 'settle sent'])
})

test('sends what was made of it', () => {
  const { tick, kept } = stopped()
  expect(actionTexts(tick({ do: 'edit', payload: '{"id":2}' }))).toEqual([
    'pass {"id":2}\n',
    `release ${NAME}`,
    'settle edited',
  ])
  expect(kept).toEqual([])
})

test('drops it when told', () => {
  expect(actionTexts(stopped().tick({ do: 'drop' }))).toEqual([`release ${NAME}`, 'settle dropped'])
})

test('sends it as it was where it cannot be edited, and says so', () => {
  const { tick, notApplied } = stopped({}, { withJson: () => null })
  expect(actionTexts(tick({ do: 'edit', payload: '{}' }))[0]).toBe('pass {"id":1}\n')
  expect(notApplied).toEqual(['it cannot be edited here, and was sent as it is'])
})

test('sends it by itself when nobody decides, and no answer counts afterwards', () => {
  const { tick } = stopped({ 'at-most': '2s' })
  expect(actionTexts(tick('over', 2000))).toEqual(['pass {"id":1}\n', `release ${NAME}`, 'settle sent'])
  expect(tick({ do: 'drop' }, 2001)).toEqual([])
})

test('keeps the client alive meanwhile, where there is a way', () => {
  const { tick } = stopped({}, { heartbeat: () => Buffer.from(': mitmcp\n\n') })
  expect(actionTexts(tick('alive', 15_000))).toEqual(['write : mitmcp\n\n to 1 s2c', 'wake 15000'])
  expect(stopped().tick('alive', 15_000)).toEqual([])
})

test('writes nothing to a client whose request it holds', () => {
  const subject = subjectOf({ direction: 'c2s' })
  const { tick } = stopped({}, { subject, heartbeat: () => Buffer.from(': x\n\n') })
  expect(tick('alive', 15_000)).toEqual([])
})
