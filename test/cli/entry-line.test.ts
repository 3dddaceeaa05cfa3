import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/cli/entry.ts'
import { entryLine, type LineOptions } from '../../src/cli/entry-line.ts'
import { timeText } from '../../src/cli/units.ts'
import { capturedOutput, NOW } from '../support/cli-context.ts'
import { callRow, flowRow, frameRow, logRow, messageRow } from '../support/rows.ts'

const line = (entry: Entry, options: Partial<LineOptions> = {}, columns?: number): string =>
  entryLine(entry, capturedOutput(columns, { NO_COLOR: '1' }), { sessions: false, ...options }).replace(
    timeText(NOW),
    'TIME',
  )

const message = (
  row: Parameters<typeof messageRow>[0],
  call?: ReturnType<typeof callRow>,
  direction = 's2c' as const,
): Entry => ({
  kind: 'message',
  at: NOW,
  frame: frameRow({ direction }),
  message: messageRow(row),
  ...(call ? { call } : {}),
})

describe('one line for', () => {
  test('a request', () =>
    expect(
      line({ kind: 'message', at: NOW, frame: frameRow(), message: messageRow() }, { preview: '{"text":"hi"}' }),
    ).toBe('TIME  →  tools/call  echo  #1  {"text":"hi"}'))

  test('an answer, with outcome and duration', () =>
    expect(line(message({ kind: 'response' }, callRow({ outcome: 'ok', answeredAt: NOW + 12_000 })))).toBe(
      'TIME  ←  tools/call  echo  #1  ok 12 ms',
    ))

  test('an error, with its code', () =>
    expect(
      line(message({ kind: 'error', code: -32602 }, callRow({ outcome: 'error', answeredAt: NOW + 1_000_000 })), {
        preview: 'no such tool',
      }),
    ).toBe('TIME  ←  tools/call  echo  #1  error -32602 1.00 s  no such tool'))

  test('a tool’s own error', () =>
    expect(line(message({ kind: 'response' }, callRow({ outcome: 'tool-error', answeredAt: NOW + 5000 })))).toBe(
      'TIME  ←  tools/call  echo  #1  tool error 5.0 ms',
    ))

  test('an answer that a rule made up', () =>
    expect(
      line({
        kind: 'message',
        at: NOW,
        frame: frameRow({ direction: 's2c', length: 0, faults: ['nope'] }),
        message: messageRow({ kind: 'error', method: null, tool: null, code: -32001 }),
      }),
    ).toBe('TIME  ←  (answered by a fault)  #1  error -32001'))

  test.each([
    ['held', { faults: ['stop'] }, 'held by stop'],
    ['never', { faults: ['cut'], droppedBy: 'cut' }, 'never sent on (cut)'],
    ['never', { faults: ['late'] }, 'never sent on'],
    ['in part', { faults: ['cut'], droppedBy: 'cut' }, 'sent on in part (cut)'],
  ] as const)('a message that has %s arrived', (arrival, row, said) => {
    const entry = message({ kind: 'response' }, callRow({ outcome: 'ok', answeredAt: NOW + 12_000, responseFrame: 9 }))
    if (entry.kind === 'message') Object.assign(entry.frame, row)
    expect(line(entry, { arrival })).toBe(`TIME  ←  tools/call  echo  #1  ${said}`)
    const asked = { kind: 'message', at: NOW, frame: frameRow(row), message: messageRow() } as const
    expect(line(asked, { arrival })).toBe(`TIME  →  tools/call  echo  #1  ${said}`)
  })

  test('an answer that is not the one that counted', () => {
    const call = callRow({ outcome: 'fault', answeredAt: NOW + 12_000, responseFrame: 9, resumedAfter: '7' })
    expect(line(message({ kind: 'response' }, call))).toBe('TIME  ←  tools/call  echo  #1  ok')
  })

  test('an answer nobody asked for', () =>
    expect(line(message({ kind: 'response', method: null, tool: null, rpcId: '"x"' }))).toBe(
      'TIME  ←  (answer to an unknown request)  #"x"  ok',
    ))

  test('a notification', () =>
    expect(
      line(message({ kind: 'notification', method: 'notifications/progress', tool: null, rpcId: null, token: '3' })),
    ).toBe('TIME  ←  notifications/progress  token 3'))

  test('bytes that are no message', () =>
    expect(line(message({ kind: 'invalid', method: null, tool: null }))).toBe('TIME  ←  no JSON-RPC message'))

  test('a head', () =>
    expect(line({ kind: 'frame', at: NOW, frame: frameRow({ kind: 'head', label: 'POST /mcp HTTP/1.1' }) })).toBe(
      'TIME  →  head  POST /mcp HTTP/1.1',
    ))

  test('a head that we changed, with what', () =>
    expect(
      line({
        kind: 'frame',
        at: NOW,
        frame: frameRow({ kind: 'head', label: 'POST /mcp HTTP/1.1', edits: ['host', 'header:Authorization'] }),
      }),
    ).toBe('TIME  →  head  POST /mcp HTTP/1.1  changed by the proxy: host, header:Authorization'))

  test('a call that was never answered', () =>
    expect(
      line({ kind: 'unanswered', at: NOW, call: callRow({ outcome: 'client-left', requestedAt: NOW - 3e6 }) }),
    ).toBe('TIME  ←  tools/call  echo  #1  client left after 3.00 s'))

  test('a refusal', () =>
    expect(line({ kind: 'refused', at: NOW, flow: flowRow({ status: 404 }) })).toBe('TIME  ←  HTTP 404  POST /mcp'))

  test('an answer that a rule made up, with its call', () => {
    const call = callRow({ outcome: 'fault', code: 503, madeBy: 'busy', requestedAt: NOW - 3000, answeredAt: NOW })
    const flow = flowRow({ status: 503, s2cEnding: { how: 'clean', by: 'fault', detail: 'busy' } })
    expect(line({ kind: 'refused', at: NOW, flow, call })).toBe(
      'TIME  ←  tools/call  echo  #1  HTTP 503 3.0 ms  POST /mcp  [made by rule busy]',
    )
    expect(line({ kind: 'refused', at: NOW, flow })).toBe('TIME  ←  HTTP 503  POST /mcp  [made by rule busy]')
  })

  test('a broken stream, with who broke it and where', () =>
    expect(
      line({
        kind: 'broken',
        at: NOW,
        flow: flowRow({ verb: 'GET' }),
        direction: 's2c',
        ending: { how: 'rst', by: 'server', at: 'mid-event', detail: 'ECONNRESET' },
      }),
    ).toBe('TIME  ←  rst by server mid-event (ECONNRESET)  GET /mcp'))

  test('a stream its client left, as what the client did', () =>
    expect(
      line({
        kind: 'broken',
        at: NOW,
        flow: flowRow({ verb: 'GET' }),
        direction: 's2c',
        ending: { how: 'fin', by: 'client', at: 'boundary' },
      }),
    ).toBe('TIME  →  fin by client boundary  GET /mcp'))

  test('a WebSocket that was closed, with its code in words', () =>
    expect(
      line({
        kind: 'broken',
        at: NOW,
        flow: flowRow({ verb: 'GET' }),
        direction: 's2c',
        ending: { how: 'ws:1008', by: 'server', at: 'boundary', detail: 'no token' },
      }),
    ).toBe('TIME  ←  closed with 1008 policy violation by server (no token)  GET /mcp'))
})

test.each([
  ['stderr', { text: 'a\u001b[2J' }, String.raw`TIME  ←  stderr  a\x1b[2J`],
  ['signal', { signal: 'SIGINT' }, 'TIME  →  signal  SIGINT'],
  ['unedited', { message: 'It was left.' }, 'TIME  ·  unedited  It was left.'],
])('a %s line of the log is told with where it comes from', (kind, detail, told) =>
  expect(line({ kind: 'log', at: NOW, log: logRow({ kind, detail }) })).toBe(told),
)

test('the session is told where several are', () =>
  expect(line({ kind: 'message', at: NOW, frame: frameRow(), message: messageRow() }, { sessions: true })).toBe(
    'TIME  abcdefgh  →  tools/call  echo  #1',
  ))

test('a preview fits the terminal', () => {
  const fitted = line(
    { kind: 'message', at: NOW, frame: frameRow(), message: messageRow() },
    { preview: 'x'.repeat(500) },
    80,
  )
  expect(fitted.replace('TIME', timeText(NOW))).toHaveLength(79)
  expect(fitted.endsWith('x…')).toBe(true)
})

test('captured text cannot steer the terminal', () =>
  expect(
    line({
      kind: 'message',
      at: NOW,
      frame: frameRow(),
      message: messageRow({ method: '\u001b[2J', tool: '\u001b]0;x\u0007' }),
    }),
  ).toBe(String.raw`TIME  →  \x1b[2J  \x1b]0;x\x07  #1`))

test('colours tell direction and outcome', () =>
  expect(
    entryLine(message({ kind: 'response' }, callRow({ outcome: 'ok', answeredAt: NOW })), capturedOutput(100), {
      sessions: false,
    }),
  ).toContain('\u001b[32mok 0.0 ms\u001b[39m'))
