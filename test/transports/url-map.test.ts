import { describe, expect, it } from 'vitest'
import { httpOrigin, leadsElsewhere, mapReference, mayBeMapped, type UrlMap } from '../../src/transports/url-map.ts'

const map: UrlMap = { upstreamOrigin: 'http://up.test:3000', ownOrigin: 'http://localhost:6278', prefix: '' }
const routed = { ...map, prefix: '/s/a' }

const mapped = (reference: string, by: UrlMap = map): string => {
  const { length, text } = mapReference(reference, by) ?? { length: 0, text: '' }
  return text + reference.slice(length)
}

describe('a reference', () => {
  it.each([
    ['http://up.test:3000/messages?a=b', 'http://localhost:6278/messages?a=b'],
    ['HTTP://UP.test:3000', 'http://localhost:6278'],
    ['http://up.test:3000?x', 'http://localhost:6278?x'],
    ['http://up.test:3000#x', 'http://localhost:6278#x'],
    ['//up.test:3000/m', '//localhost:6278/m'],
    ['//UP.TEST:3000', '//localhost:6278'],
  ])('of the upstream leads to the proxy: %s', (reference, wanted) => {
    expect(mapped(reference)).toBe(wanted)
  })

  it.each([
    '/messages',
    'messages',
    '?sessionId=1',
    '',
    '#x',
    'https://up.test:3000/',
    'http://up.test/',
    'http://up.test:30000/',
    'http://up.test:3000.evil.test/',
    'http://up.test:3000@evil.test/',
    'http://me@up.test:3000/',
    '//up.test/',
    '//evil.test/',
    'http://localhost:6278/',
    'http:/up.test:3000/',
    'mailto:up.test:3000',
    'http://',
    '//',
  ])('of no or another origin stays as it is: %s', (reference) => {
    expect(mapped(reference)).toBe(reference)
  })

  it.each([
    ['http://up.test:3000/m', 'http://localhost:6278/s/a/m'],
    ['//up.test:3000/m', '//localhost:6278/s/a/m'],
    ['/m?x', '/s/a/m?x'],
    ['/', '/s/a/'],
    ['m', 'm'],
    ['?x', '?x'],
    ['//evil.test/m', '//evil.test/m'],
  ])('behind a prefix gets it where it begins at the root: %s', (reference, wanted) => {
    expect(mapped(reference, routed)).toBe(wanted)
  })

  it('knows the port that a scheme stands for', () => {
    const secure = { ...map, upstreamOrigin: 'https://up.test' }
    expect(mapped('https://up.test:443/m', secure)).toBe('http://localhost:6278/m')
    expect(mapped('//up.test:443/m', secure)).toBe('//localhost:6278/m')
    expect(mapped('http://up.test/m', secure)).toBe('http://up.test/m')
  })
})

describe('a reference that is not complete', () => {
  it.each(['', 'h', 'http', 'http:', 'http://', 'HTTP://u', 'http://other', '/', '//', '//up'])(
    'is mapped, perhaps: %s',
    (start) => {
      expect(mayBeMapped(start, map)).toBe(true)
    },
  )

  it.each(['{', '/m', 'm', '?', 'https', 'x', 'ht tp', ' '])('is mapped no more: %s', (start) => {
    expect(mayBeMapped(start, map)).toBe(false)
  })

  it('a path may be, behind a prefix', () => {
    expect(mayBeMapped('/mess', routed)).toBe(true)
  })
})

it('tells what leads around the proxy', () => {
  expect(leadsElsewhere('http://evil.test/', map)).toBe(true)
  expect(leadsElsewhere('//evil.test/', map)).toBe(true)
  expect(leadsElsewhere('https://localhost:6278/', map)).toBe(true)
  for (const own of ['http://localhost:6278/m', '/m', 'm', '?x', '']) expect(leadsElsewhere(own, map)).toBe(false)
})

it('takes the origin of a WebSocket target for that of its pages', () => {
  expect(httpOrigin(new URL('wss://up.test/ws'))).toBe('https://up.test')
  expect(httpOrigin(new URL('ws://up.test:1/ws'))).toBe('http://up.test:1')
  expect(httpOrigin(new URL('http://up.test/mcp'))).toBe('http://up.test')
})
