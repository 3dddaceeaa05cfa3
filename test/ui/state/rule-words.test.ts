import { expect, test } from 'vitest'
import { endText, hitWords, instanceText, placeText, steered } from '../../../ui/src/state/rule-words.ts'

const words = (hits: Partial<Parameters<typeof hitWords>[0]>) =>
  hitWords({ matched: 0, fired: 0, notApplied: 0, lastAt: null, ...hits }, 60_000_000).map(({ text }) => text)

test('says what a rule did, and that it never fired', () => {
  expect(words({})).toEqual(['never fired: nothing matched'])
  expect(words({ matched: 3, lastAt: 30_000_000 })).toEqual(['matched 3', 'never fired', 'last 30 s ago'])
  expect(words({ matched: 3, fired: 2, notApplied: 1, lastAt: 60_000_000 })).toEqual([
    'matched 3',
    'fired 2',
    'not applied 1',
    'just now',
  ])
})

const instance = {
  id: 1,
  pid: 7,
  role: 'proxy',
  name: '',
  url: null,
  target: 'http://localhost:3000/mcp',
  uiPort: null,
  startedAt: 0,
  seenAt: 0,
  endedAt: null,
}

test('names the process by its name, else by the address of its clients, else by its target', () => {
  expect(instanceText({ ...instance, url: 'http://127.0.0.1:6278/mcp' })).toBe('proxy · 127.0.0.1:6278/mcp · pid 7')
  expect(instanceText(instance)).toBe('proxy · localhost:3000/mcp · pid 7')
  expect(instanceText({ ...instance, name: 'edge' })).toBe('proxy · edge · pid 7')
  expect(placeText(1, [instance])).toBe('proxy · localhost:3000/mcp · pid 7')
  expect([placeText(null, []), placeText(4, [])]).toEqual(['everywhere', 'process 4, gone'])
})

test('rules act in processes that see traffic and still run', () => {
  const some = [instance, { ...instance, id: 2, role: 'ui' }, { ...instance, id: 3, endedAt: 5 }]
  expect(steered(some).map(({ id }) => id)).toEqual([1])
})

test('says why a rule is over', () => {
  expect([endText('expired'), endText('process-ended'), endText(null)]).toEqual([
    'expired',
    'ended with its process',
    'over',
  ])
})
