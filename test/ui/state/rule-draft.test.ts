import { expect, test } from 'vitest'
import type { WrittenRule } from '../../../src/api/contract.ts'
import { faults } from '../../../src/faults/index.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'
import { envelopeSchema, optionSchema } from '../../../src/faults/rules/schema.ts'
import { draftOf, emptyDraft, ruleOf } from '../../../ui/src/state/rule-draft.ts'
import { fieldsOf, type Field, type FieldKind } from '../../../ui/src/state/schema-fields.ts'

const field = (name: string, kind: FieldKind, more: Partial<Field> = {}): Field => ({
  name,
  kind,
  description: '',
  required: false,
  preset: null,
  choices: [],
  example: '',
  numeric: false,
  ...more,
})
const written = (values: Record<string, string>, ...fields: Field[]) => {
  const { rule, problems } = ruleOf({ ...emptyDraft, fault: 'drop', values }, fields)
  return problems.length > 0 ? problems : rule
}

test.each([
  ['number', '3', 3],
  ['number', 'three', 'three'],
  ['flag', 'true', true],
  ['maybe', 'false', false],
  ['duration', ' 200ms ', '200ms'],
  ['lines', 'a\n\n b ', ['a', 'b']],
  ['fields', 'X-One: 1\nX-Two: a:b', { 'X-One': '1', 'X-Two': 'a:b' }],
  ['json', '{"a":[1]}', { a: [1] }],
  ['long', '{"a":', '{"a":'],
] as const)('a %s of %j is written %j', (kind, text, value) =>
  expect(written({ it: text }, field('it', kind))).toEqual({ fault: 'drop', it: value }),
)

test('what is empty or the default is left out, an empty text with a default is not', () => {
  expect(written({ a: '', b: '5' }, field('a', 'number'), field('b', 'number', { preset: '5' }))).toEqual({
    fault: 'drop',
  })
  expect(written({ text: '' }, field('text', 'text', { preset: 'Hello' }))).toEqual({ fault: 'drop', text: '' })
})

test('what is no JSON is told with its place', () => {
  expect(written({ data: '{' }, field('data', 'json'))).toEqual([{ path: 'data', message: 'is no JSON' }])
})

test('a rule that is put into the inputs comes out as it was', () => {
  const rule: WrittenRule = {
    id: 'mine',
    match: 'method:tools/call',
    fault: 'status',
    code: 503,
    headers: { 'X-A': '1' },
    remove: ['a', 'b'],
    patch: [{ op: 'remove', path: '/x' }],
    state: { requires: 'started', sets: 'over' },
  }
  const fields = [
    field('code', 'number'),
    field('headers', 'fields'),
    field('remove', 'lines'),
    field('patch', 'json'),
    field('state.requires', 'text'),
    field('state.sets', 'text'),
  ]
  expect(ruleOf(draftOf(rule, { id: 'mine', instance: 1 }), fields).rule).toEqual(rule)
  expect(draftOf(rule)).toMatchObject({ id: '', replaces: null })
})

const plausible = ({ kind, example, choices }: Field): string =>
  choices[0] ?? (example === '' ? (kind === 'number' ? '300' : 'http://127.0.0.1:1') : example)

test('every fault there is can be written in its inputs', () => {
  const when = fieldsOf(envelopeSchema())
  const refused = faults.flatMap((fault) => {
    const fields = [...fieldsOf(optionSchema(fault)), ...when]
    const needed = fields.filter(({ required }) => required)
    const values = Object.fromEntries(needed.map((each) => [each.name, plausible(each)]))
    const { rule } = ruleOf({ ...emptyDraft, fault: fault.type, values }, fields)
    try {
      return parseRule(rule).fault.type === fault.type ? [] : [fault.type]
    } catch (error) {
      return String(error).includes('needs') ? [] : [String(error)]
    }
  })
  expect(refused).toEqual([])
})
