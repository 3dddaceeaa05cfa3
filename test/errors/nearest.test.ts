import { expect, test } from 'vitest'
import { nearest } from '../../src/errors/nearest.ts'

const WORDS = ['tail', 'show', 'prune', 'on-overload']

test.each([
  ['tial', 'tail'],
  ['shw', 'show'],
  ['prnue', 'prune'],
  ['onoverload', 'on-overload'],
  ['TAIL', 'tail'],
])('%s is nearest to %s', (word, expected) => expect(nearest(word, WORDS)).toBe(expected))

test('names none when all are far', () => expect(nearest('banana', WORDS)).toBeUndefined())
