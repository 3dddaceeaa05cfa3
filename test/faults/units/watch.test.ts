import { describe, expect, test } from 'vitest'
import { said, watchedLine } from '../../support/watched-line.ts'

const json = (value: object): string => JSON.stringify({ jsonrpc: '2.0', ...value })
const post = (body: string, fields = ''): string =>
  `POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const ok = (body: string, fields = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const call = json({ id: 1, method: 'tools/call', params: { name: 'echo', _meta: { progressToken: 'p' } } })
const answer = json({ id: 1, result: {} })

describe('HTTP', () => {
  test('passes requests and answers as one unit each, byte for byte', () => {
    const line = watchedLine()
    const [request, response] = [post(call), ok(answer)]
    line.push('c2s', request.slice(0, 90))
    expect(line.out('c2s')).toBe('')
    line.push('c2s', request.slice(90))
    line.push('s2c', response)
    expect([line.out('c2s'), line.out('s2c')]).toEqual([request, response])
    expect(line.units.map(said)).toEqual(['c2s body request tools/call echo 1', 's2c body response tools/call echo 1'])
    expect(line.edits).toEqual([])
  })

  test('passes the events of a stream each as soon as its chunk is complete', () => {
    const line = watchedLine()
    line.push('c2s', post(call))
    const progress = `data: ${json({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } })}\n\n`
    line.push('s2c', STREAM)
    expect(line.out('s2c')).toBe(STREAM)
    line.push('s2c', chunk(progress).slice(0, -1))
    expect(line.out('s2c')).toBe(STREAM)
    line.push('s2c', '\n')
    expect(line.out('s2c')).toBe(STREAM + chunk(progress))
    line.push('s2c', `${chunk(`data: ${answer}\n\n`)}0\r\n\r\n`)
    expect(line.units.map(said)).toEqual([
      'c2s body request tools/call echo 1',
      's2c head',
      's2c event notification notifications/progress echo',
      's2c event response tools/call echo 1',
      's2c end',
    ])
    expect(line.edits).toEqual([])
    expect(line.units.map(({ meaning }) => meaning.subject.stream)).toEqual([null, 'post', 'post', 'post', 'post'])
    expect(line.units.map(({ meaning }) => meaning.exchange)).toEqual([0, 0, 0, 0, 0])
  })
})
