import { describe, expect, test } from 'vitest'
import { freeId, parseRules } from '../../../src/faults/rules/document.ts'
import { ruleProblemsOf } from '../../../src/faults/rules/problem.ts'

const problems = (source: unknown): string[] => {
  try {
    parseRules(source)
    return []
  } catch (error) {
    return ruleProblemsOf(error).map(({ path, message, nearest }) => `${path}: ${message} ${nearest ?? ''}`.trim())
  }
}

describe('a file of rules', () => {
  test('has a seed and rules, and names those without a name', () => {
    const { seed, rules } = parseRules({
      version: 1,
      seed: 42,
      rules: [
        { fault: 'drop' },
        { fault: 'drop' },
        { id: 'drop-3', fault: 'drop' },
        { fault: 'drop' },
        { fault: 'latency', delay: '1s' },
      ],
    })
    expect(seed).toBe(42)
    expect(rules.map(({ id }) => id)).toEqual(['drop', 'drop-2', 'drop-3', 'drop-4', 'latency'])
  })

  test('may be a list of rules alone, or empty', () => {
    expect(parseRules([{ fault: 'drop' }]).rules).toHaveLength(1)
    expect(parseRules(null)).toEqual({ seed: null, rules: [] })
  })

  test('is refused with the problems of all its rules', () => {
    expect(problems({ version: 2, sed: 1, rules: [{ fault: 'drop', span: 0 }, 'x', { fault: 'latency' }] })).toEqual([
      'version: must be 1',
      'sed: is no key of a rule file seed',
      'rules.0.span: must be a whole number, at least 1',
      'rules.1: must be a fault with its options, such as { fault: latency, delay: 200ms }',
      'rules.2.delay: is needed: must be a time span such as 250ms, 1.5s or 2m',
    ])
  })

  test('has no name twice', () => {
    expect(
      problems([
        { id: 'a', fault: 'drop' },
        { id: 'a', fault: 'drop' },
      ]),
    ).toEqual(['rules.1.id: a is there twice'])
  })

  test('is refused when it is something else', () => {
    expect(problems('rules')).toHaveLength(1)
    expect(problems({ rules: 5 })).toEqual(['rules: must be a list of rules'])
  })
})

test('a free name counts on', () => {
  expect(freeId('drop', new Set())).toBe('drop')
  expect(freeId('drop', new Set(['drop', 'drop-2']))).toBe('drop-3')
})
