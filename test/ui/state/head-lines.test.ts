import { describe, expect, test } from 'vitest'
import { headLines } from '../../../ui/src/state/head-lines.ts'

const head = 'GET /é HTTP/1.1\r\nHost: proxy:1\r\nAuthorization: Bearer xxxx\r\n\r\n'
const byteAt = (part: string) => Buffer.from(head).indexOf(part)
const texts = (lines: ReturnType<typeof headLines>) =>
  lines.map(({ segments }) =>
    segments.map(({ text, mark }) => (mark === 'plain' ? text : `[${mark} ${text}]`)).join(''),
  )

describe('headLines', () => {
  test('gives the lines as they came, without their ends', () => {
    expect(texts(headLines(head, [], []))).toEqual(['GET /é HTTP/1.1', 'Host: proxy:1', 'Authorization: Bearer xxxx'])
  })
  test('shows an edit before and after, found by bytes', () => {
    const edit = { offset: byteAt('proxy:1'), removed: 'proxy:1', inserted: 'real', rule: 'host' }
    const lines = headLines(head, [edit], [])
    expect(texts(lines)[1]).toBe('Host: [removed proxy:1][inserted real]')
    expect(lines.map(({ edited }) => edited)).toEqual([false, true, false])
  })
  test('says so where what was inserted is never recorded', () => {
    const edit = { offset: byteAt('proxy:1'), removed: '', inserted: null, rule: 'header-env' }
    expect(texts(headLines(head, [edit], []))[1]).toBe('Host: [secret not recorded]proxy:1')
  })
  test('shows a line put in whole', () => {
    const edit = { offset: byteAt('Host'), removed: '', inserted: 'X-Key: 1\r\n', rule: 'header' }
    expect(texts(headLines(head, [edit], []))[1]).toBe('[inserted X-Key: 1]Host: proxy:1')
  })
  test('shows a line taken out whole', () => {
    const edit = { offset: byteAt('Host'), removed: 'Host: proxy:1\r\n', inserted: '', rule: 'header' }
    expect(texts(headLines(head, [edit], []))[1]).toBe('[removed Host: proxy:1]')
  })
  test('marks what is redacted with its name and hash', () => {
    const redaction = { offset: byteAt('xxxx'), length: 4, name: 'authorization', hash: 'abcdef0123' }
    const lines = headLines(head, [], [redaction])
    expect(texts(lines)[2]).toBe('Authorization: Bearer [redacted redacted]')
    expect(lines[2]?.segments[1]?.why).toBe('authorization · abcdef01')
    expect(lines[2]?.edited).toBe(false)
  })
  test('counts bytes of latin1 text one by one', () => {
    const edit = { offset: 5, removed: 'b', inserted: 'c', rule: 'r' }
    expect(texts(headLines('A: é b\n', [{ ...edit, offset: 5 }], [], true))).toEqual(['A: é [removed b][inserted c]'])
  })
})
