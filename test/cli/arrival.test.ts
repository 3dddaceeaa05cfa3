import { expect, test } from 'vitest'
import { arrivalOf } from '../../src/cli/arrival.ts'
import { NOW } from '../support/cli-context.ts'
import { frameRow } from '../support/rows.ts'

const unsent = { sentAt: null, sentLastAt: null }

test.each([
  ['arrived', { faults: ['late'] }, true],
  ['held', { faults: ['stop'], ...unsent }, true],
  ['never', { faults: ['stop'], ...unsent }, false],
  ['never', { faults: ['drop'], droppedBy: 'drop', ...unsent }, true],
  ['in part', { faults: ['cut'], droppedBy: 'cut', sentAt: NOW, sentLastAt: null }, true],
  ['in part', { faults: ['late'], sentAt: NOW, sentLastAt: null }, false],
  ['arrived', { faults: ['nope'], ours: 'nope', ...unsent }, true],
  ['arrived', unsent, false],
] as const)('has %s: %j, its connection open: %j', (arrival, row, open) =>
  expect(arrivalOf(frameRow(row), () => open)).toBe(arrival),
)
