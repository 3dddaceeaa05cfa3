import { expect, test } from 'vitest'
import { malform } from '../../src/faults/malform.ts'
import { actionTexts, damageOf } from '../support/damage.ts'

const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: 1\r\n\r\n{}'
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'
const broken = (kind: string, text: string) => actionTexts(damageOf(malform, { kind }).unit(text))[0] ?? ''

test('announces a hundred bytes more than it sends', () => {
  expect(broken('content-length', whole)).toContain('Content-Length: 102\r\nX: 1')
})

test('gives a chunk a size that is none, in a whole body and in a piece of one', () => {
  expect(broken('chunk-size', chunked)).toContain('\r\n\r\nzz\r\n{}')
  expect(broken('chunk-size', '1a;ext\r\ndata: x')).toMatch(/^pass zz;ext/)
})

test('puts bytes in front that are no HTTP', () => {
  expect(broken('garbage', whole)).toMatch(/^pass \x00\x01mitmcp\xff\xfe\r\nHTTP\/1\.1 200/)
})

test('breaks a line of the head, which still ends', () => {
  expect(broken('head', whole)).toContain('X: 1\r\nNo colon here\rnor there\r\n\r\n{}')
})

test('lets be what cannot be broken so, and says so', () => {
  const table = damageOf(malform, { kind: 'content-length' })
  expect(actionTexts(table.unit(chunked))).toEqual([`pass ${chunked}\n`])
  expect(table.notApplied).toEqual(['nothing to break: content-length'])
})
