import { describe, expect, test } from 'vitest'
import { mutate } from '../../src/faults/mutate.ts'
import { parseRule } from '../../src/faults/rules/parse.ts'
import { explainRule } from '../../src/faults/rules/sentence.ts'
import { actionTexts, damageOf, subjectOf } from '../support/damage.ts'

const call = '{"id":1,"params":{"name":"echo"}}'
const patch = [{ op: 'replace', path: '/name', value: 'other' }]

test('changes params by a JSON Patch', () => {
  expect(actionTexts(damageOf(mutate, { patch }).unit(call))).toEqual(['pass {"id":1,"params":{"name":"other"}}\n'])
})

test('or the result, or the whole message', () => {
  const add = [{ op: 'add', path: '/x', value: 1 }]
  expect(actionTexts(damageOf(mutate, { patch: add, on: 'result' }).unit('{"result":{}}'))).toEqual([
    'pass {"result":{"x":1}}\n',
  ])
  expect(actionTexts(damageOf(mutate, { patch: add, on: 'message' }).unit('{}'))).toEqual(['pass {"x":1}\n'])
})

test.each([
  [{ match: 'kind:response' }, 'changes results: replace /name of the result'],
  [{ match: 'tool:echo' }, 'of params'],
  [{ match: 'kind:response or kind:error tool:echo' }, 'of the result'],
  [{ match: 'kind:request|response' }, 'of params'],
  [{ match: 'kind:response', on: 'message' }, 'of the message'],
  [{}, 'replace /name of params'],
])('its sentence says what it touches, which follows from the match: %j', (more, said) =>
  expect(explainRule(parseRule({ fault: 'mutate', patch, ...more }))).toContain(said),
)

test('a match that is about other messages than its paths is refused', () => {
  const refused = (more: object) => () => parseRule({ fault: 'mutate', patch, ...more })
  expect(refused({ match: 'kind:response', on: 'params' })).toThrow('match: never holds for mutate, which is about')
  expect(refused({ match: 'kind:request', on: 'result' })).toThrow('match: never holds for mutate')
  expect(refused({ match: 'kind:event dir:s2c', on: 'params' })).not.toThrow()
})

test('changes nothing when the patch does not fit, and says so', () => {
  const table = damageOf(mutate, {
    patch: [
      { op: 'add', path: '/x', value: 1 },
      { op: 'remove', path: '/none' },
    ],
  })
  expect(actionTexts(table.unit(call))).toEqual([`pass ${call}\n`])
  expect(table.notApplied[0]).toMatch(/^MissingError/)
})

test('the headers that mirror the body follow, unless they are to be out of step', () => {
  const syncs: unknown[] = []
  const withJson = (json: string, options?: { readonly sync?: boolean }) => {
    syncs.push(options?.sync)
    return Buffer.from(json)
  }
  damageOf(mutate, { patch }).unit(call, { withJson })
  damageOf(mutate, { patch, desync: true }).unit(call, { withJson })
  expect(syncs).toEqual([true, false])
})

test('needs something to do', () => {
  expect(mutate.options.safeParse({}).success).toBe(false)
  expect(mutate.options.safeParse({ patch: [{ op: 'add', path: 'name' }] }).success).toBe(false)
})

describe('requestState', () => {
  const retry = (state: unknown): string => JSON.stringify({ id: 1, params: { requestState: state } })
  const as = (how: string) => damageOf(mutate, { 'request-state': how })

  test.each([
    ['altered', 'abc', 'abA'],
    ['altered', 'abA', 'abB'],
    ['altered', 7, 'mitmcp'],
  ])('%s: %j', (how, state, other) => {
    expect(actionTexts(as(how).unit(retry(state)))).toEqual([`pass ${retry(other)}\n`])
  })

  test('removed', () => {
    expect(actionTexts(as('removed').unit(retry('a')))).toEqual(['pass {"id":1,"params":{}}\n'])
  })

  test('replayed: that of an earlier retry', () => {
    const table = as('replayed')
    expect(actionTexts(table.unit(retry('first')))).toEqual([`pass ${retry('first')}\n`])
    expect(actionTexts(table.unit(retry('second')))).toEqual([`pass ${retry('first')}\n`])
  })

  test('expired: the retry is refused', () => {
    const asking = { subject: subjectOf({ direction: 'c2s' }) }
    expect(actionTexts(as('expired').unit(retry('a'), asking))[0]).toMatch(/^reply .*-32602.*"id":1\}/)
    expect(actionTexts(as('expired').unit(call, asking))).toEqual([`pass ${call}\n`])
  })

  test('is left alone where the rule is not about it', () => {
    const result = '{"result":{"requestState":"abc"}}'
    expect(actionTexts(as('altered').unit(result))).toEqual([`pass ${result}\n`])
  })
})

test('says every step', () => {
  const options = {
    patch: [{ op: 'remove', path: '/a' }],
    on: 'params',
    desync: true,
    'request-state': 'removed',
  } as const
  expect(mutate.explain(options)).toBe(
    'changes {it}: remove /a of params, removes requestState, and leaves the mirrored headers as they were',
  )
})
