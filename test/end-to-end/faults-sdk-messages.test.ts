// What the SDK's own clients do about damaged messages, as observed (v1 1.32, v2 2.4): facts, not wishes. A new release may well change one.
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { startStateless } from '../support/sdk-v2-server.ts'
import { SDKS, sdkThrough, type SdkScene } from '../support/sdk-faulty.ts'
import { stateless, v2Story } from '../support/sdk-v2-client.ts'
import { createProxy } from '../../src/proxy.ts'

/** First lines of what the client was told. */
const errors = ({ errors: all }: SdkScene): string[] => all.map((text) => text.split('\n')[0] ?? '')
/** What it asked since it was connected. */
const asked = ({ requests }: SdkScene): string[] =>
  requests.slice(3).map(({ verb, method, outcome }) => [verb, method, outcome].filter((text) => text !== '').join(' '))
const ANSWER = 'kind:response tool:echo'

describe.each(SDKS)('the %s client', (sdk) => {
  /** Its own names for what is wrong. */
  const LATE = {
    v1: 'error: McpError -32001 MCP error -32001: Request timed out',
    v2: 'error: SdkError REQUEST_TIMEOUT Request timed out',
  }[sdk]
  const REFUSED = { v1: 'error: McpError -32001 MCP error -32001: no', v2: 'error: ProtocolError -32001 no' }[sdk]

  async function faced(rule: RuleSource) {
    const scene = await sdkThrough(sdk)
    await scene.proxy.faults.add(rule)
    return scene
  }

  test('that loses an answer’s event asks for what came behind the last one, and gets it', async () => {
    const scene = await faced({ fault: 'drop', match: ANSWER })
    expect(await scene.call('echo', 2000)).toBe('hello')
    expect(asked(scene)).toEqual(['POST tools/call 200', 'GET 200'])
    expect(scene.gets().at(-1)?.lastEventId).not.toBeNull()
  })

  test('that gets an answer twice takes the first, and tells of the other', async () => {
    const scene = await faced({ fault: 'duplicate', match: ANSWER })
    expect(await scene.call('echo')).toBe('hello')
    await expect
      .poll(() => errors(scene))
      .toEqual([expect.stringMatching(/^Received a response for an unknown message ID: /)])
  })

  test('fails a call that is answered with an error, by its code', async () => {
    const scene = await faced({ fault: 'rpc-error', match: 'tool:echo', code: -32001, message: 'no', times: 1 })
    expect([await scene.call('echo'), await scene.call('echo')]).toEqual([REFUSED, 'hello'])
  })

  test.each([
    ['of another id', { fault: 'rpc-id' }, /^Received a response for an unknown message ID: /],
    ['of no id', { fault: 'rpc-id', as: 'null' }, /^\[$/],
    ['cut short', { fault: 'invalid', as: 'truncate' }, /^Unterminated string in JSON/],
    ['no JSON', { fault: 'invalid', as: 'not-json' }, /^Unexpected token/],
    ['without a version', { fault: 'invalid', as: 'no-version' }, /^\[$/],
    ['in a batch', { fault: 'invalid', as: 'batch' }, /^\[$/],
  ])('tells of an answer %s, waits for its time-out, cancels, and goes on', async (_how, rule, told) => {
    const scene = await faced({ ...rule, match: ANSWER, times: 1 })
    expect(await scene.call('echo', 200)).toBe(LATE)
    expect(errors(scene)[0]).toMatch(told)
    await expect.poll(() => asked(scene)).toContain('POST notifications/cancelled 202')
    expect(await scene.call('echo')).toBe('hello')
  })

  test('takes its own id as text for its own', async () => {
    const scene = await faced({ fault: 'rpc-id', as: 'string', match: ANSWER })
    expect(await scene.call('echo')).toBe('hello')
    expect(scene.errors).toEqual([])
  })

  test('hears a notification that was put in, and answers a request that was', async () => {
    const scene = await faced({
      fault: 'inject',
      match: ANSWER,
      at: 'before',
      message: '{"jsonrpc":"2.0","method":"notifications/x"}',
    })
    await scene.proxy.faults.add({
      id: 'asks',
      fault: 'inject',
      match: ANSWER,
      at: 'before',
      message: '{"jsonrpc":"2.0","id":99,"method":"no/such"}',
    })
    expect(await scene.call('echo')).toBe('hello')
    expect(scene.heard).toEqual(['notifications/x'])
    await expect.poll(() => asked(scene)).toEqual(['POST tools/call 200', 'POST 202'])
  })

  test.each([
    [{ fault: 'tool-result', 'is-error': true, text: 'ours' }, 'ours'],
    [{ fault: 'mutate', on: 'result', patch: [{ op: 'remove', path: '/content' }] }, ''],
  ])('takes what %j leaves of a result for its result', async (rule, text) => {
    const scene = await faced({ ...rule, match: ANSWER })
    expect([await scene.call('echo'), scene.errors]).toEqual([text, []])
  })

  test('does not connect to a server of a revision it does not know, or of none', async () => {
    const none = { v1: /expected string, received undefined/, v2: /^SdkError: Invalid result for initialize/ }[sdk]
    const refusal = (rule: RuleSource) =>
      sdkThrough(sdk, { rules: [rule] }).then(
        () => 'connected',
        (error: unknown) => String(error),
      )
    expect(await refusal({ fault: 'protocol-version' })).toBe(
      "Error: Server's protocol version is not supported: 1999-01-01",
    )
    expect(await refusal({ fault: 'protocol-version', version: '' })).toMatch(none)
  })
})

describe('the v2 client in the stateless era', () => {
  /** What a call of `echo` comes to under this rule, and how often that fired. */
  async function called(rule: RuleSource): Promise<[unknown, number | undefined]> {
    const server = await startStateless()
    onTestFinished(() => server.stop())
    const proxy = await createProxy({ target: server.url, port: 0, ui: false, db: false, seed: 1 })
    onTestFinished(() => proxy.close())
    await proxy.faults.add(rule)
    const failed = (error: Error & { code?: unknown }) => `${error.name} ${String(error.code)} ${error.message}`
    const { seen } = await v2Story(
      ({ client }) =>
        client
          .callTool({ name: 'echo', arguments: { message: 'hello' } }, { timeout: 300 })
          .then(({ content }) => content, failed),
      { mode: stateless },
    )(proxy.url)
    return [seen, proxy.faults.list()[0]?.fired]
  }
  const rename = (desync: boolean): RuleSource => ({
    fault: 'mutate',
    match: 'dir:c2s tool:echo',
    desync,
    patch: [{ op: 'replace', path: '/name', value: 'nope' }],
  })

  test('is told by the server of headers that are out of step, and asks once more; in step the server does as it is told', async () => {
    expect(await called(rename(false))).toEqual(['ProtocolError -32602 Tool nope not found', 1])
    expect(await called(rename(true))).toEqual([expect.stringMatching(/^ProtocolError -32020 .*Mcp-Name header/), 2])
  })

  test.each([
    [-32020, 'Header mismatch', 2],
    [-32022, 'Unsupported protocol version', 1],
  ])('answered with %i fails the call by that code', async (code, message, times) =>
    expect(await called({ fault: 'rpc-error', match: 'tool:echo', code })).toEqual([
      `ProtocolError ${code} ${message}`,
      times,
    ]),
  )

  test.each([{ fault: 'drop' }, { fault: 'rpc-id' }])(
    'has nothing to resume: %o of its answer is a time-out',
    async (rule) =>
      expect(await called({ ...rule, match: ANSWER })).toEqual(['SdkError REQUEST_TIMEOUT Request timed out', 1]),
  )

  test('fails at once by an answer that cannot be read, and takes one in a batch', async () => {
    const [cut] = await called({ fault: 'invalid', as: 'truncate', match: ANSWER })
    expect(cut).toMatch(/^SyntaxError undefined Unterminated string/)
    expect(await called({ fault: 'invalid', as: 'batch', match: ANSWER })).toEqual([
      [{ type: 'text', text: 'hello' }],
      1,
    ])
  })

  test('does not connect to a server of another revision', async () =>
    await expect(called({ fault: 'protocol-version' })).rejects.toThrow('Unsupported protocol version: 2026-07-28'))
})
