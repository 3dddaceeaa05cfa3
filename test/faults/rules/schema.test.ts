import { expect, test } from 'vitest'
import { drop } from '../../../src/faults/drop.ts'
import { latency } from '../../../src/faults/latency.ts'
import { ENVELOPE } from '../../../src/faults/rules/rule.ts'
import { envelopeSchema, optionNames, optionSchema } from '../../../src/faults/rules/schema.ts'

test('options have their names, and schemas a form can be made from', () => {
  expect(optionNames(drop)).toEqual(['span'])
  expect(optionSchema(latency)).toMatchObject({
    required: ['delay'],
    properties: {
      delay: { type: 'string', format: 'duration' },
      jitter: { type: 'string', default: '0ms' },
      dist: { enum: ['fixed', 'uniform', 'normal', 'lognormal', 'pareto'], default: 'uniform' },
    },
  })
})

test('every word of the envelope is described', () => {
  const { properties = {} } = envelopeSchema()
  expect(Object.keys(properties).toSorted()).toEqual([...ENVELOPE].toSorted())
  for (const word of Object.values(properties)) expect(word).toHaveProperty('description')
})
