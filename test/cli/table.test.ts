import { expect, test } from 'vitest'
import { tableLines } from '../../src/cli/table.ts'
import { capturedOutput } from '../support/cli-context.ts'

test('columns are as wide as their widest cell, numbers to the right', () =>
  expect(
    tableLines(
      ['Name', 'Calls', 'Note'],
      [
        ['a', '7', 'x'],
        ['bcdef', '100', ''],
      ],
      capturedOutput(),
      new Set([1]),
    ),
  ).toEqual(['Name   Calls  Note', 'a          7  x', 'bcdef    100']))

test('paint does not count as width', () =>
  expect(tableLines(['A', 'B'], [[{ text: 'x', paint: (text) => `<${text}>` }, 'y']], capturedOutput())).toEqual([
    'A  B',
    '<x>  y',
  ]))
