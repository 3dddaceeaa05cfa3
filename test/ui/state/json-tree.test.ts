import { describe, expect, test } from 'vitest'
import { parseJson } from '../../../ui/src/state/json-parse.ts'
import {
  findInTree,
  formatJson,
  maxMatches,
  pageSize,
  previewOf,
  treeLines,
  viewOfMatches,
  type TreeView,
} from '../../../ui/src/state/json-tree.ts'

const closed: TreeView = { toggled: new Set(), shown: new Map(), openDepth: 4 }
const tree = (value: unknown) => parseJson(JSON.stringify(value))!
const lines = (value: unknown, view: Partial<TreeView> = {}) =>
  treeLines(tree(value), { ...closed, ...view }).map(({ path, shape }) => `${path} ${shape}`)

describe('treeLines', () => {
  test('draws what is open with its closing bracket', () => {
    expect(lines({ a: { b: 1 }, c: [] })).toEqual([' open', '/a open', '/a/b leaf', '/a close', '/c leaf', ' close'])
  })
  test('draws one line for what is shut', () => {
    expect(lines({ a: { b: 1 } }, { toggled: new Set(['/a']) })).toEqual([' open', '/a shut', ' close'])
    expect(lines({ a: { b: 1 } }, { openDepth: 0 })).toEqual([' open', '/a shut', ' close'])
  })
  test('draws a page of a long list and what is left', () => {
    const long = treeLines(tree(Array.from({ length: 150 }, (_, at) => at)), closed)
    expect(long).toHaveLength(pageSize + 3)
    expect(long.find(({ shape }) => shape === 'more')?.left).toBe(50)
    expect(lines([1, 2, 3], { shown: new Map([['', 2]]) })).toEqual([' open', '/0 leaf', '/1 leaf', ' more', ' close'])
  })
  test('shuts very long containers but for the root', () => {
    const long = Array.from({ length: 401 }, (_, at) => at)
    expect(lines({ long })).toContain('/long shut')
    expect(lines(long)[0]).toBe(' open')
  })
  test('gives every line a path of its own', () => {
    const root = parseJson('{"a/b":1,"a":{"b":2},"a":3,"a~":4}')!
    const paths = treeLines(root, closed).filter(({ shape }) => shape !== 'close')
    expect(new Set(paths.map(({ path }) => path)).size).toBe(paths.length)
  })
})

describe('findInTree', () => {
  test('finds names and values in any case, and opens the way to them', () => {
    const { paths, reach } = findInTree(tree({ result: { Items: ['one', 'TWO', 3] } }), 'two')
    expect(paths).toEqual(['/result/Items/1'])
    expect(Object.fromEntries(reach)).toEqual({ '': 1, '/result': 1, '/result/Items': 2 })
    expect(findInTree(tree({ result: { Items: [] } }), 'items').paths).toEqual(['/result/Items'])
    expect(findInTree(tree([3]), '3').paths).toEqual(['/0'])
  })
  test('a match far down a long list in a shut container can be seen', () => {
    const root = tree({ rows: Array.from({ length: 900 }, (_, at) => `row ${at}`) })
    const matches = findInTree(root, 'row 700')
    const drawn = treeLines(root, viewOfMatches(root, closed, matches)).map(({ path }) => path)
    expect(drawn).toContain('/rows/700')
    expect(drawn).not.toContain('/rows/701')
  })
  test('keeps a bounded number of matches', () => {
    expect(findInTree(tree(Array.from({ length: 900 }, () => 'x')), 'x').paths).toHaveLength(maxMatches)
  })
  test('an index is no name', () => {
    expect(findInTree(tree(['a', 'b']), '1').paths).toEqual([])
  })
  test('finds nothing for nothing', () => {
    expect(findInTree(tree({ a: 1 }), '').paths).toEqual([])
  })
})

test('formats with numbers as written', () => {
  expect(formatJson(parseJson('{"a":[1.50,{}],"b":[]}')!)).toBe('{\n  "a": [\n    1.50,\n    {}\n  ],\n  "b": []\n}')
})

test('a preview names the first names or the length', () => {
  expect(previewOf(tree({ a: 1, b: 2 }))).toBe('a, b')
  expect(previewOf(tree([1]))).toBe('1 item')
  expect(previewOf(tree({ long: 1, other: 2 }), 6)).toBe('long, …')
})
