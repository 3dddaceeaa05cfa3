import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ProxyError } from '../../src/errors.ts'
import { parseFilter, print, problemOf, type Span } from '../../src/filter/index.ts'
import { bare, trees } from '../support/filters.ts'

const refusal = (text: string) => {
  try {
    parseFilter(text)
    return undefined
  } catch (error) {
    return problemOf(error)
  }
}

const sameAgain = (text: string) => {
  const { root } = parseFilter(text)
  return isDeepStrictEqual(bare(parseFilter(print({ text, root })).root), bare(root))
}

const isWithin = ({ from, to }: Span, text: string) => from >= 0 && from <= to && to <= text.length

const problem = (text: string) => {
  try {
    parseFilter(text)
  } catch (error) {
    const { message, hint } = error as ProxyError
    return { ...problemOf(error), message, hint }
  }
  throw new Error(`${text} was taken`)
}

describe('a filter', () => {
  test.each([
    ['', ''],
    ['  ', ''],
    ['method:tools/call', 'method:tools/call'],
    ['METHOD:tools/call  tool:Search', 'method:tools/call tool:Search'],
    ['a or b c', 'a or b c'],
    ['(a or b) c', '(a or b) c'],
    ['((a)) and b', 'a b'],
    ['a AND b OR c', 'a b or c'],
    ['-(a b)', '-(a b)'],
    ['--a', '--a'],
    ['-kind:error', '-kind:error'],
    ['text:"no such"', '"no such"'],
    ['"or" "and" "-x"', '"or" "and" "-x"'],
    ['order android', 'order android'],
    ['text:a:b', 'text:a:b'],
    ['a|b', 'a|b'],
    ['tool:a**b', 'tool:a*b'],
    ['tool:"a*"*', 'tool:"a*"*'],
    ['tool:x"a b"y', 'tool:"xa by"'],
    ['tool:"a\\"b\\\\"', 'tool:"a\\"b\\\\"'],
    ['tool:""', 'tool:""'],
    ['kind:Request|ERROR', 'kind:request|error'],
    ['transport:ws', 'transport:websocket'],
    ['outcome:client*', 'outcome:client*'],
    ['status:4xx', 'status:400..499'],
    ['status:404|>=500', 'status:404|>=500'],
    ['status:=404', 'status:404'],
    ['status:..399', 'status:<=399'],
    ['status:400..', 'status:>=400'],
    ['code:-32099..-32000', 'code:-32099..-32000'],
    ['duration:>0.5s', 'duration:>500ms'],
    ['duration:1S..2m', 'duration:1s..2m'],
    ['size:<1kb', 'size:<1kb'],
    ['size:1.5kb', 'size:1536b'],
    ['since:5m', 'since:5m'],
    ['header:Mcp-Session-Id', 'header:mcp-session-id'],
    ['header:accept=text/*|"a b"', 'header:accept=text/*|"a b"'],
    ['ending:ws:1006', 'ending:ws:1006'],
    ['path:/mcp?a=b', 'path:/mcp?a=b'],
    ['12:30', '12:30'],
    ['-32602', '-32602'],
  ])('%j reads as %j', (text, printed) => {
    expect(print(parseFilter(text))).toBe(printed)
    expect(bare(parseFilter(printed).root)).toEqual(bare(parseFilter(text).root))
  })

  test('knows where each of its terms and values stands', () => {
    const { root } = parseFilter('-tool:a|bc (x or header:y=z)')
    expect(root).toMatchObject({
      kind: 'and',
      from: 0,
      to: 27,
      nodes: [
        {
          kind: 'not',
          from: 0,
          to: 10,
          node: {
            key: 'tool',
            from: 1,
            to: 10,
            values: [
              { from: 6, to: 7 },
              { from: 8, to: 10 },
            ],
          },
        },
        {
          kind: 'or',
          from: 12,
          to: 27,
          nodes: [
            { key: 'text', from: 12, to: 13 },
            { field: 'y', from: 17, to: 27 },
          ],
        },
      ],
    })
  })

  test('printed reads back as the same tree', () => {
    fc.assert(
      fc.property(trees(), (root) => {
        const text = print({ text: '', root })
        fc.pre(text.length < 4000)
        expect(bare(parseFilter(text).root)).toEqual(bare(root))
      }),
      { numRuns: 2000 },
    )
  })

  test('of any text is read, and printed the same, or refused at a place within it', () => {
    const scraps = fc.constantFrom(
      'method:',
      'tool:a',
      '-',
      '(',
      ')',
      '"',
      '*',
      '|',
      ' ',
      'or',
      ' or ',
      'and',
      'x',
      '\\',
      'size:',
      '>',
      '1kb',
      '..',
      '=',
      'header:',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(scraps).map((some) => some.join('')),
        ),
        (text) => {
          const refused = refusal(text)
          const fine = refused === undefined ? sameAgain(text) : isWithin(refused, text)
          expect(fine).toBe(true)
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('what does not hold is refused with its place, and what was meant', () => {
  test.each<[string, [number, number], string, string]>([
    ['metod:x', [0, 5], 'there is no key "metod"', 'Did you mean method:?'],
    ['a -clinet:x', [3, 9], 'there is no key "clinet"', 'Did you mean client:?'],
    ['http://x', [0, 4], 'there is no key "http"', 'To look for that text, quote it.'],
    ['dir:up', [4, 6], 'dir is never "up"', 'There are: c2s, s2c.'],
    ['kind:requset', [5, 12], 'kind is never "requset"', 'Did you mean request?'],
    ['outcome:ok|eror', [11, 15], 'outcome is never "eror"', 'Did you mean error?'],
    ['era:x*', [4, 6], 'era is never "x*"', 'stateful, stateless'],
    ['method:', [7, 7], 'a value is missing', ''],
    ['method:a|', [9, 9], 'a value is missing', ''],
    ['method: x', [7, 7], 'a value is missing', ''],
    ['status:ok', [7, 9], '"ok" is not a number', '400..499'],
    ['status:4*', [7, 9], '"4*" is not a number', '400..499'],
    ['duration:>500', [9, 13], '500 of what', 'Write 500ms or 500s.'],
    ['duration:soon', [9, 13], '"soon" is not a duration', 'units: ms, s, m, h, d, w'],
    ['size:100', [5, 8], '100 of what', 'Write 100b or 100kb.'],
    ['size:5s', [5, 7], '"5s" is not a size', 'units: b, kb, mb, gb'],
    ['size:2kb..1kb', [5, 13], '2kb is more than 1kb', 'Did you mean 1kb..2kb?'],
    ['size:..', [5, 7], 'size needs a bound', '>1kb'],
    ['since:yesterday', [6, 15], '"yesterday" is not a duration', '5m'],
    ['since:5', [6, 7], '5 of what', 'Write 5ms or 5s.'],
    ['header:', [7, 7], 'header needs the name of a field', 'header:name=value'],
    ['header:x*', [8, 9], 'that cannot be part of a field name', 'header:name=value'],
    ['header:x=', [9, 9], 'a value is missing', ''],
    ['text:"no', [5, 8], 'the quote is not closed', ''],
    ['a "b\\', [2, 5], 'the quote is not closed', ''],
    ['(a or b', [0, 1], 'the parenthesis is not closed', ''],
    ['a)', [1, 2], 'nothing is open', ''],
    ['a ()', [2, 4], 'nothing stands between', ''],
    ['a or', [3, 4], 'nothing stands behind "or"', ''],
    ['or a', [0, 2], 'nothing stands before "or"', 'quote it'],
    ['a or or b', [4, 5], 'nothing stands behind "or"', ''],
    ['a and', [2, 5], 'nothing stands behind "and"', ''],
    ['- a', [0, 1], 'nothing stands behind the minus', ''],
    ['f(x)', [1, 2], 'a parenthesis belongs behind a space', 'quote the value'],
    ['(a)b', [3, 4], 'a space is missing', ''],
    ['tool:*a*b*c*d*e*f*g*h*i', [5, 23], 'more than 8 wildcards', ''],
    ['('.repeat(60), [50, 51], 'more than 50 parentheses', ''],
    ['x'.repeat(4097), [4096, 4097], 'a filter has at most 4096 characters', ''],
  ])('%j', (text, [from, to], message, hint) => {
    const told = problem(text)
    expect(told).toMatchObject({ from, to })
    expect(told.message).toContain(`Filter, character ${from + 1}: ${message}`)
    expect(told.hint).toContain(hint)
  })

  test('any other error is none of a filter', () => {
    expect(problemOf(new ProxyError('NOT_FOUND', 'x'))).toBeUndefined()
    expect(problemOf(new Error('x'))).toBeUndefined()
  })
})
