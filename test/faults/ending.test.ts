import { expect, test } from 'vitest'
import { end, endActions, endWords } from '../../src/faults/ending.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, lineUnit } from '../support/damage.ts'

const tools = { draw: () => 0, kept: { length: 0, push: () => undefined, take: () => [] }, shared: new Map() }
const noted: string[] = []
const all = { ...tools, notApplied: (reason: string) => void noted.push(reason) }

test.each(['clean', 'fin', 'rst', 'hang', 'ws:1001', 'ws:4999'])('%s is an ending', (text) => {
  expect(end.parse(text)).toBe(text)
})

test.each(['ws:999', 'ws:5000', 'close', 'ws:'])('%s is none', (text) => {
  expect(end.safeParse(text).success).toBe(false)
})

test.each(['fin', 'hang'] as const)('%s is a cut', (how) => {
  expect(actionTexts(endActions(how, 'client', null, all))).toEqual([`cut ${how} client`])
})

test('a reset gives the bytes before it time to be read', () => {
  expect(actionTexts(endActions('rst', 'client', null, all))).toEqual(['wait 10 from now', 'cut rst client'])
})

test('a proper end is what the framing asks for, then a close', () => {
  const unit = lineUnit('x', { terminator: (code) => Buffer.from(`end ${code ?? ''}`) }) as FaultFrame
  expect(actionTexts(endActions('clean', 'both', unit, all))).toEqual(['write end ', 'cut fin both'])
  expect(actionTexts(endActions('ws:1001', 'both', unit, all))).toEqual(['write end 1001', 'cut fin both'])
})

test('what cannot be ended properly is closed, and says so', () => {
  noted.length = 0
  expect(actionTexts(endActions('clean', 'both', lineUnit('x') as FaultFrame, all))).toEqual(['cut fin both'])
  expect(noted).toEqual(['nothing here ends with a proper end: closed instead'])
})

test('endings have words', () => {
  expect((['clean', 'fin', 'rst', 'hang', 'ws:1001'] as const).map(endWords)).toEqual([
    'a proper end',
    'a close',
    'a reset',
    'silence',
    'close frame 1001',
  ])
})
