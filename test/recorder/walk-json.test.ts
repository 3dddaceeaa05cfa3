import { expect, test } from 'vitest'
import { walkJson } from '../../src/recorder/walk-json.ts'

const scalarsOf = (text: string): string[] => {
  const bytes = Buffer.from(text)
  const found: string[] = []
  walkJson(bytes, (path, from, to) => found.push(`${path.join('.')} ${bytes.toString('utf8', from, to)}`))
  return found
}

test('every scalar is told with the keys and indexes that lead to it', () => {
  expect(scalarsOf('{"a":1,"b":{"c":["x",-2.5e3,{"d":null}]},"é":true}')).toEqual([
    'a 1',
    'b.c.0 "x"',
    'b.c.1 -2.5e3',
    'b.c.2.d null',
    'é true',
  ])
})

test('quotes, commas and brackets within a string do not end it', () => {
  expect(scalarsOf(String.raw`{"a":"x\",}]\\","b":2}`)).toEqual([String.raw`a "x\",}]\\"`, 'b 2'])
})

test('what is cut off, or no JSON, is walked as far as it goes', () => {
  expect(scalarsOf('{"a":"x')).toEqual(['a "x'])
  expect(scalarsOf('{"a":"x\\')).toEqual(['a "x\\'])
  expect(scalarsOf(']} bare, 1')).toEqual([' bare', ' 1'])
  expect(scalarsOf('')).toEqual([])
})
