import { expect, test } from 'vitest'
import * as library from '../src/index.ts'

test('the library gives these names and no others', () =>
  expect(Object.keys(library).sort()).toEqual(['ProxyError', 'createProxies', 'createProxy']))
