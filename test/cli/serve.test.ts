import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { serve, type Serving } from '../../src/cli/serve.ts'
import { fakeContext } from '../support/cli-context.ts'

/** A port nobody listens at: the probe of the target gives its answer at once. */
const serving = (given: Partial<Serving> = {}): Serving => ({
  settings: { target: 'http://127.0.0.1:1/mcp' },
  remarks: [],
  json: false,
  quiet: false,
  ownDb: false,
  ...given,
})

const until = (said: () => string, text: string) => expect.poll(said).toContain(text)

describe('serving', () => {
  test('prints where it is, stays until stopped, closes, says goodbye', async () => {
    const context = fakeContext()
    const running = serve(serving({ remarks: ['Using MCP_PORT.'] }), context)
    await until(context.output.stdout, 'Point your client here')
    expect(context.output.stdout()).toMatch(/^Using MCP_PORT\.\n/)
    expect(context.closed()).toBe(0)
    context.stop()
    expect(await running).toBe(0)
    expect(context.closed()).toBe(1)
    expect(context.output.stdout()).toMatch(/Stopped\. 2 connections, 2\.0 kB recorded\. Look back: npx mitmcp ls\n$/)
  })

  test('with --json gives one line on stdout, everything else on stderr', async () => {
    const context = fakeContext()
    const running = serve(serving({ json: true, remarks: ['Using MCP_PORT.'] }), context)
    await until(context.output.stderr, 'Nothing listens')
    context.stop()
    await running
    expect(context.output.stdout()).toBe(
      `{"proxy":"http://127.0.0.1:6278/mcp","ui":"http://127.0.0.1:6273/","token":"secret","db":"/data/capture.db","pid":${process.pid}}\n`,
    )
    expect(context.output.stderr()).toContain('Using MCP_PORT.')
  })

  test('says what the proxy has to say of the traffic, also quietly', async () => {
    const onNotice = (listener: (message: string) => void): void => listener('The endpoint event was left as it is.')
    const context = fakeContext({ proxy: { onNotice } })
    const running = serve(serving({ quiet: true }), context)
    await until(context.output.stderr, 'The endpoint event was left as it is.')
    context.stop()
    await running
    expect(context.output.stdout()).toBe('')
  })

  test('quietly says only what is wrong', async () => {
    const context = fakeContext()
    const running = serve(serving({ quiet: true }), context)
    await until(context.output.stderr, 'Nothing listens at 127.0.0.1:1 yet (ECONNREFUSED).')
    context.stop()
    await running
    expect(context.output.stdout()).toBe('')
  })

  test('says who else can use it when it listens beyond this machine', async () => {
    const context = fakeContext({ proxy: { host: '0.0.0.0' } })
    const running = serve(serving(), context)
    context.stop()
    await running
    expect(context.output.stdout()).toMatch(
      /^Listening on 0\.0\.0\.0: everybody who reaches this machine can use the proxy\./,
    )
  })

  test('lets the demo begin when it listens, and leave before it closes', async () => {
    const order: string[] = []
    const context = fakeContext({ proxy: { close: async () => void order.push('closed') } })
    const running = serve(
      serving({
        demo: ({ url }) => void order.push(url),
        leave: async () => {
          await delay(1)
          order.push('left')
        },
      }),
      context,
    )
    await until(context.output.stdout, 'a demo server')
    context.stop()
    await running
    expect(order).toEqual(['http://127.0.0.1:6278/mcp', 'left', 'closed'])
    expect(context.asked[0]).toMatchObject({ role: 'demo' })
  })

  test('does not wait for ever for closing, and owns up to it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const context = fakeContext({ proxy: { close: () => new Promise(() => undefined) } })
      const running = serve(serving({ quiet: true }), context)
      context.stop()
      await vi.advanceTimersByTimeAsync(1800)
      expect(await running).toBe(70)
      expect(context.output.stderr()).toContain('Closing took more than 1800 ms')
    } finally {
      vi.useRealTimers()
    }
  })
})
