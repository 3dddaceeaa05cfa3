import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ScannedMessage, scanMessages } from '../../src/wire/jsonrpc.ts'

const scan = (text: string | Uint8Array) => scanMessages(Buffer.from(text as string))

const blank: ScannedMessage = {
  kind: 'invalid',
  method: null,
  rpcId: null,
  tool: null,
  uri: null,
  token: null,
  requestId: null,
  code: null,
  isError: false,
  revision: null,
  client: null,
  server: null,
  resultType: null,
}
const rpc = (members: object) => JSON.stringify({ jsonrpc: '2.0', ...members })

describe('a message is', () => {
  test.each<[string, string, Partial<ScannedMessage>]>([
    ['a request', rpc({ id: 1, method: 'ping' }), { kind: 'request', method: 'ping', rpcId: '1' }],
    [
      'a request with an id of text',
      rpc({ id: '1', method: 'ping' }),
      { kind: 'request', method: 'ping', rpcId: '"1"' },
    ],
    [
      'a request with the id null',
      rpc({ id: null, method: 'ping' }),
      { kind: 'request', method: 'ping', rpcId: 'null' },
    ],
    ['a notification', rpc({ method: 'x' }), { kind: 'notification', method: 'x' }],
    ['a response', rpc({ id: 1, result: {} }), { kind: 'response', rpcId: '1' }],
    ['a response of null', rpc({ id: 1, result: null, error: null }), { kind: 'response', rpcId: '1' }],
    ['an error', rpc({ id: 1, error: { code: -32601, message: 'x' } }), { kind: 'error', rpcId: '1', code: -32601 }],
    ['an error without id', rpc({ error: { code: 1.5 } }), { kind: 'error', code: 1.5 }],
    [
      'an error beside a result',
      rpc({ id: 1, result: {}, error: { code: 2 } }),
      { kind: 'error', rpcId: '1', code: 2 },
    ],
    ['invalid without version', '{"id":1,"method":"x"}', { method: 'x', rpcId: '1' }],
    ['invalid with another version', '{"jsonrpc":"1.0","id":1,"method":"x"}', { method: 'x', rpcId: '1' }],
    ['invalid with an id that is neither text nor number', rpc({ id: [1], method: 'x' }), { method: 'x' }],
    ['invalid with a method that is no text', rpc({ id: 1, method: 7 }), { rpcId: '1' }],
    ['invalid as a response without id', rpc({ result: {} }), {}],
    ['invalid without all', rpc({}), {}],
    ['invalid as an error without value', rpc({ id: 1, error: null }), { rpcId: '1' }],
    ['invalid as text', '"hello"', {}],
    ['invalid as no JSON', 'Not Found', {}],
  ])('%s', (_name, text, expected) => {
    expect(scan(text)).toEqual([{ ...blank, ...expected }])
  })

  test('none in an empty or blank payload', () => {
    expect([scan(''), scan(' \r\n\t'), scan('\ufeff ')]).toEqual([[], [], []])
  })

  test('each of a batch, blanks and a byte order mark around it', () => {
    const kinds = scan(`\ufeff [${rpc({ id: 1, method: 'a' })} , 7,${rpc({ method: 'b' })}]\n`).map(({ kind }) => kind)
    expect(kinds).toEqual(['request', 'invalid', 'notification'])
  })

  test.each(['[]', '[1', '[1,]', '[1]2', '{}{}', '[,1]'])('one that is invalid in %s', (text) => {
    expect(scan(text)).toEqual([blank])
  })
})

describe('what a message names', () => {
  const meta = 'io.modelcontextprotocol'
  test.each<[string, object, Partial<ScannedMessage>]>([
    [
      'the tool of a call',
      { method: 'tools/call', params: { name: 'echo', arguments: { name: 'no' } } },
      { tool: 'echo' },
    ],
    ['the prompt asked for', { method: 'prompts/get', params: { name: 'p' } }, { tool: 'p' }],
    ['no tool of other methods', { method: 'x', params: { name: 'p' } }, {}],
    ['the resource', { method: 'resources/read', params: { uri: 'file:///a' } }, { uri: 'file:///a' }],
    ['the token of a request', { method: 'x', params: { _meta: { progressToken: 't' } } }, { token: '"t"' }],
    ['the token of a progress', { method: 'notifications/progress', params: { progressToken: 3 } }, { token: '3' }],
    ['what is cancelled', { method: 'notifications/cancelled', params: { requestId: 'a' } }, { requestId: '"a"' }],
    [
      'the handshake',
      { method: 'initialize', params: { protocolVersion: '2025-11-25', clientInfo: { name: 'c', version: '1' } } },
      { revision: '2025-11-25', client: { name: 'c', version: '1' } },
    ],
    [
      'the stateless envelope',
      {
        method: 'x',
        params: { _meta: { [`${meta}/protocolVersion`]: '2026-07-28', [`${meta}/clientInfo`]: { name: 'c' } } },
      },
      { revision: '2026-07-28', client: { name: 'c', version: '' } },
    ],
    ['no client without name', { method: 'initialize', params: { clientInfo: { version: '1' } } }, {}],
    ['nothing where the kinds are wrong', { method: 'tools/call', params: { name: 7, uri: {}, _meta: [] } }, {}],
    ['nothing in params by position', { method: 'tools/call', params: [{ name: 'x' }] }, {}],
  ])('%s', (_name, members, expected) => {
    const { method } = members as { method: string }
    expect(scan(rpc(members))).toEqual([{ ...blank, kind: 'notification', method, ...expected }])
  })

  test.each<[string, object, Partial<ScannedMessage>]>([
    [
      'the answer to the handshake',
      { protocolVersion: '2025-11-25', serverInfo: { name: 's', version: '2' } },
      { revision: '2025-11-25', server: { name: 's', version: '2' } },
    ],
    [
      'the stateless server',
      { _meta: { [`${meta}/serverInfo`]: { name: 's', version: '2' } } },
      { server: { name: 's', version: '2' } },
    ],
    ['a failed tool', { isError: true }, { isError: true }],
    ['a tool that did not fail', { isError: 'true' }, {}],
    ['the type of a result', { resultType: 'input_required' }, { resultType: 'input_required' }],
  ])('of a result: %s', (_name, result, expected) => {
    expect(scan(rpc({ id: 1, result }))).toEqual([{ ...blank, kind: 'response', rpcId: '1', ...expected }])
  })

  test('an error code that is no number is none', () => {
    expect(scan(rpc({ id: 1, error: { code: 'x' } }))[0]!.code).toBeNull()
  })
})

describe('an id', () => {
  const idOf = (text: string) => scan(`{"jsonrpc":"2.0","method":"x","id":${text}}`)[0]!.rpcId

  test.each([
    ['12345678901234567890123', '12345678901234567890123'],
    ['-7', '-7'],
    ['1.0', '1'],
    ['1e2', '100'],
    ['-0', '0'],
    ['0.5', '0.5'],
    ['"\\u0061\\/"', '"a/"'],
    ['"\\""', '"\\""'],
    ['"\u20ac"', '"\u20ac"'],
  ])('%s has the text %s', (text, expected) => {
    expect(idOf(text)).toBe(expected)
  })
})

test('of equal names the last counts, as a whole', () => {
  const text =
    '{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/call","params":{"name":"a","uri":"u"},"params":{"name":"b"}}'
  expect(scan(text)[0]).toMatchObject({ rpcId: '2', tool: 'b', uri: null })
})

test('names written with escapes are the same names', () => {
  expect(scan('{"jsonrp\\u0063":"2.0","i\\u0064":1,"method":"ping","\\u0078":1}')[0]).toMatchObject({
    kind: 'request',
    rpcId: '1',
  })
})

test('a part of a plain array of bytes is read as it stands', () => {
  const bytes = new Uint8Array(Buffer.from(`xx${rpc({ id: 1.0, method: 'ping' })}xx`))
  expect(scanMessages(bytes.subarray(2, -2))[0]).toMatchObject({ kind: 'request', method: 'ping', rpcId: '1' })
})

test('bytes that are no UTF-8 are let through', () => {
  const text = Buffer.concat([Buffer.from('{"jsonrpc":"2.0","method":"'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')])
  expect(scan(text)[0]).toMatchObject({ kind: 'notification', method: '\ufffd\ufffd' })
})

describe('a message of many megabytes', () => {
  const data = 'A'.repeat(30 * 1024 * 1024)
  const text = Buffer.from(rpc({ id: 1, result: { content: [{ type: 'image', data }] } }))

  test('is read without strings of its size', () => {
    const before = process.memoryUsage()
    expect(scanMessages(text)[0]).toMatchObject({ kind: 'response', rpcId: '1' })
    const after = process.memoryUsage()
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(4 * 1024 * 1024)
  })

  test('has its long texts cut, at a character', () => {
    const [message] = scan(rpc({ id: 'x'.repeat(9000), method: `a${'\u20ac'.repeat(9000)}` }))
    expect([message!.method!.length, message!.rpcId!.length]).toEqual([1 + Math.floor(8191 / 3), 8194])
    for (const escapes of ['\\\\', '\\u20ac', 'a\\u20ac', 'ab\\u20ac', 'abc\\n', '\\ud83d\\ude00']) {
      const [cut] = scan(`{"jsonrpc":"2.0","method":"${escapes.repeat(3000)}"}`)
      const whole = JSON.parse(`"${escapes.repeat(3000)}"`) as string
      expect(whole.startsWith(cut!.method!)).toBe(true)
      expect(cut!.method!.length).toBeGreaterThan(8192 / 6 - 8)
    }
  })
})

/** What `JSON.parse` would have told. */
function parsed(text: string): ScannedMessage[] {
  let all: unknown
  try {
    all = JSON.parse(text)
  } catch {
    return /^[ \t\r\n]*$/.test(text) ? [] : [blank]
  }
  if (!Array.isArray(all)) return [fromValue(all)]
  return all.length === 0 ? [blank] : all.map(fromValue)
}

type Members = Record<string, unknown>
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const inside = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
const textIn = (value: unknown, name: string): string | null => {
  const text = inside(value, name)
  return typeof text === 'string' ? text : null
}
const idIn = (value: unknown, name: string): string | null => {
  const id = inside(value, name)
  return id === null || typeof id === 'string' || typeof id === 'number'
    ? JSON.stringify(Object.is(id, -0) ? 0 : id)
    : null
}
const peerIn = (value: unknown, name: string) => {
  const info = inside(value, name)
  const own = textIn(info, 'name')
  return own === null ? null : { name: own, version: textIn(info, 'version') ?? '' }
}

function kindOf(value: unknown): ScannedMessage['kind'] {
  const hasId = inside(value, 'id') !== undefined
  if (inside(value, 'jsonrpc') !== '2.0' || (hasId && idIn(value, 'id') === null)) return 'invalid'
  const method = inside(value, 'method')
  if (method !== undefined) return typeof method !== 'string' ? 'invalid' : hasId ? 'request' : 'notification'
  if ((inside(value, 'error') ?? null) !== null) return 'error'
  return hasId && inside(value, 'result') !== undefined ? 'response' : 'invalid'
}

function fromValue(value: unknown): ScannedMessage {
  const method = textIn(value, 'method')
  const params = inside(value, 'params')
  const result = inside(value, 'result')
  const meta = inside(params, '_meta')
  const code = inside(inside(value, 'error'), 'code')
  return {
    kind: kindOf(value),
    method,
    rpcId: idIn(value, 'id'),
    tool: method === 'tools/call' || method === 'prompts/get' ? textIn(params, 'name') : null,
    uri: textIn(params, 'uri'),
    token: method === 'notifications/progress' ? idIn(params, 'progressToken') : idIn(meta, 'progressToken'),
    requestId: method === 'notifications/cancelled' ? idIn(params, 'requestId') : null,
    code: typeof code === 'number' ? code : null,
    isError: inside(result, 'isError') === true,
    revision:
      textIn(meta, 'io.modelcontextprotocol/protocolVersion') ??
      textIn(method === null ? result : params, 'protocolVersion'),
    client: peerIn(params, 'clientInfo') ?? peerIn(meta, 'io.modelcontextprotocol/clientInfo'),
    server: peerIn(result, 'serverInfo') ?? peerIn(inside(result, '_meta'), 'io.modelcontextprotocol/serverInfo'),
    resultType: textIn(result, 'resultType'),
  }
}

describe('beside JSON.parse', () => {
  const id = fc.constantFrom<unknown>(1, -1, 0, 1.5, '1', 'a"b', '\u20ac', null, true, [])
  const word = fc.constantFrom<unknown>(
    'tools/call',
    'prompts/get',
    'notifications/progress',
    'notifications/cancelled',
    'x',
    '',
    'a\\b\n',
    7,
    null,
  )
  const peer = fc.oneof(word, fc.record({ name: word, version: word }, { requiredKeys: [] }))
  const meta = fc.record(
    {
      progressToken: id,
      'io.modelcontextprotocol/protocolVersion': word,
      'io.modelcontextprotocol/clientInfo': peer,
      'io.modelcontextprotocol/serverInfo': peer,
    },
    { requiredKeys: [] },
  )
  const inner = fc.oneof(
    fc.record(
      {
        arguments: fc.jsonValue(),
        name: word,
        uri: word,
        progressToken: id,
        requestId: id,
        protocolVersion: word,
        clientInfo: peer,
        serverInfo: peer,
        isError: fc.constantFrom<unknown>(true, false, 'true'),
        resultType: word,
        code: fc.constantFrom<unknown>(-32601, 1e3, 'x', null, {}),
        _meta: meta,
      },
      { requiredKeys: [] },
    ),
    fc.jsonValue(),
  )
  const message = fc
    .record(
      {
        extra: fc.jsonValue(),
        jsonrpc: fc.constantFrom('2.0', '2.0', '2.0', '1.0'),
        id,
        method: word,
        params: inner,
        result: inner,
        error: inner,
      },
      { requiredKeys: [] },
    )
    .chain((members) => fc.shuffledSubarray(Object.entries(members), { minLength: Object.keys(members).length }))
    .map((entries) => Object.fromEntries(entries))
  const text = fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: message }, fc.array(message, { maxLength: 3 }), fc.jsonValue()),
      fc.constantFrom(undefined, 1, '\t'),
    )
    .map(([value, space]) => JSON.stringify(value, null, space))

  test('every field of every message is the same', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(scan(given)).toEqual(parsed(given))
      }),
      { numRuns: 2000 },
    )
  })

  test('what is JSON and what is not is the same, byte by byte of damage', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.constantFrom('put', 'drop', 'change'),
      fc.constantFrom(...'{}[]",:\\ \n\0-+.eE01untrf/\u20ac'.split('')),
    )
    let broken = 0
    fc.assert(
      fc.property(text, fc.array(damage, { minLength: 1, maxLength: 2 }), (given, damages) => {
        const damaged = damages.reduce((before, [place, how, c]) => {
          const at = place % (before.length + 1)
          return before.slice(0, at) + (how === 'drop' ? '' : c) + before.slice(how === 'put' ? at : at + 1)
        }, given)
        const expected = parsed(damaged)
        if (expected[0] === blank) broken++
        // Numbers whose text `JSON.parse` does not keep are compared in the tests of ids.
        const isExact = !/\d{15}|[eE.]|-0/.test(damaged)
        const compared = (messages: ScannedMessage[]) => (isExact ? messages : messages.map(({ kind }) => kind))
        expect(compared(scan(damaged))).toEqual(compared(expected))
      }),
      { numRuns: 3000 },
    )
    expect(broken).toBeGreaterThan(800)
  })
})
