import { describe, expect, test } from 'vitest'
import { createHttp1Splitter, createOutstanding, type Http1Listener } from '../../src/wire/http1.ts'
import { run } from '../support/head-editor.ts'
import { steer } from '../support/steered.ts'

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nX-Name: v\r\n\r\n'

/** Where a direction stands that these texts have passed. */
function after(...texts: readonly string[]) {
  const { editor, write } = run('response')
  for (const text of texts) write(text)
  return editor.standing()
}

describe('where a direction stands', () => {
  test.each([
    ['nothing', [], true, ''],
    ['half a head', ['HTTP/1.1 200 OK\r\n'], false, ''],
    ['a head of a stream', [HEAD], true, ''],
    ['half an event', [HEAD, '6\r\ndata: \r\n'], false, 'ta: '],
    ['an event', [HEAD, '9\r\ndata: 1\n\n\r\n'], true, ': 1\n\n'.slice(-4)],
    ['an event whose chunk is not at its end', [HEAD, '9\r\ndata: 1\n\n'], false, ' 1\n\n'],
    ['a whole stream', [HEAD, '9\r\ndata: 1\n\n\r\n0\r\n\r\n'], true, ''],
    ['half a body', ['HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{}\n\n'.slice(0, -1)], false, '{}\n'],
  ])('behind %s', (_, texts, border, tail) => {
    const standing = after(...texts)
    expect(standing.border).toBe(border)
    expect(Buffer.from(standing.tail).toString('latin1')).toBe(tail)
  })

  test('the head of a body that passes is there for as long as that lasts, whatever became of its bytes', () => {
    const { editor } = run('response')
    const bytes = Buffer.from(HEAD, 'latin1')
    editor.write(bytes, 0)
    bytes.fill(0)
    expect(editor.standing().head?.field('x-name')).toBe('v')
    editor.write(Buffer.from('0\r\n\r\n'), bytes.length)
    expect(editor.standing().head).toBeNull()
  })

  test('whoever goes on is told the rest of the body, and the messages behind it', () => {
    const seen: string[] = []
    const listener: Http1Listener = {
      headSpan: () => undefined,
      head: ({ status }) => void seen.push(`head ${status}`),
      payload: (bytes, from, to) => void seen.push(Buffer.from(bytes.subarray(from, to)).toString('latin1')),
      framing: () => undefined,
      messageEnd: () => void seen.push('end'),
      opaque: () => void seen.push('opaque'),
    }
    const fork = after(HEAD, '9\r\ndata').fork(listener, createOutstanding())
    fork?.push(Buffer.from(': 1\n\n\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'))
    expect(seen).toEqual([': 1\n\n', 'end', 'head 204', 'end'])
  })

  test.each([['in what is no HTTP', ['SSH-2.0-x\r\n']]])('nobody goes on %s', (_, texts) => {
    const listener = {} as Http1Listener
    expect(after(...texts).fork(listener, createOutstanding())).toBeNull()
  })

  test('requests that wait for their answer are counted', async () => {
    const line = await steer('reverse')
    const { client, server, connection } = await line.open()
    expect(connection.standing('c2s')?.outstanding.exchanges).toEqual([{ method: 'GET', upgrade: false }])
    server.write('HTTP/1.1 204 No Content\r\n\r\n')
    await client.until('204')
    expect(connection.standing('s2c')?.outstanding.exchanges).toEqual([])
  })
})

test('a splitter says where in a body a chunk of ours fits', () => {
  const nothing = (): void => undefined
  const listener = {
    headSpan: nothing,
    head: nothing,
    payload: nothing,
    framing: nothing,
    messageEnd: nothing,
    opaque: nothing,
  }
  const splitter = createHttp1Splitter('response', createOutstanding(), listener)
  const rooms = Array.from(`${HEAD}2\r\nab\r\n3`, (byte) => {
    splitter.push(Buffer.from(byte))
    return splitter.room
  })
  expect(rooms.slice(HEAD.length - 1)).toEqual(['chunk', null, null, null, null, null, null, 'chunk', null])
})
