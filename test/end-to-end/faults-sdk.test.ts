// What the SDK's own clients do about faults, as observed (v1 1.32, v2 2.4): facts, not wishes. A new release may well change one.
import { describe, expect, test } from 'vitest'
import { SDKS, sdkThrough, until, type SdkScene } from '../support/sdk-faulty.ts'

/** Requests from this one on, in order: `GET e4 200`, `POST tools/call 404`. */
const since = ({ requests }: SdkScene, from: number): string[] =>
  requests
    .slice(from)
    .map(({ verb, method, lastEventId, outcome }) => [verb, method || (lastEventId ?? ''), outcome].join(' '))
/** `initialize`, `notifications/initialized`, GET. */
const OPENING = 3
const GIVEN_UP = 'Maximum reconnection attempts (2) exceeded.'
const delays = (scene: SdkScene): number[] => scene.gets().map(({ at }, n, all) => at - (all[n - 1]?.at ?? at))

describe.each(SDKS)('the %s client', (sdk) => {
  describe('whose session is lost', () => {
    const HTTP = { v1: 'Error', v2: 'SdkHttpError' }[sdk]
    const RPC = { v1: 'McpError', v2: 'ProtocolError' }[sdk]
    test.each([
      ['404', 404, HTTP, 'Session not found'],
      ['400', 400, HTTP, 'No valid session ID provided'],
      ['401', 401, HTTP, 'Error POSTing to endpoint'],
      ['410', 410, HTTP, 'Session terminated'],
      ['503', 503, HTTP, 'Service Unavailable'],
      ['200/-32600', 200, RPC, '-32600 '],
      ['200/-32602', 200, RPC, '-32602 '],
      ['-32000', 400, HTTP, 'Server not initialized'],
    ] as const)('as %s fails every call from then on, and never initializes again', async (as, status, name, says) => {
      const scene = await sdkThrough(sdk, { rules: [{ fault: 'session-lost', as, after: '1 calls', streams: 'keep' }] })
      expect(await scene.call('echo')).toBe('hello')
      for (const told of [await scene.call('echo'), await scene.call('echo')]) {
        expect(told).toMatch(new RegExp(`^error: ${name} .*${says}`))
      }
      expect(since(scene, OPENING)).toEqual([
        'POST tools/call 200',
        `POST tools/call ${status}`,
        `POST tools/call ${status}`,
      ])
      expect(scene.requests.slice(OPENING).every(({ session }) => session === scene.session)).toBe(true)
    })

    test('tries its event stream twice more, gives it up without closing, and goes on with the lost id', async () => {
      const scene = await sdkThrough(sdk, { rules: [{ fault: 'session-lost', after: '1 calls' }] })
      await scene.call('echo')
      await scene.notify()
      await until(() => scene.errors.includes(GIVEN_UP))
      expect(scene.closed).toBe(false)
      expect(since(scene, OPENING + 1)).toEqual(['GET  404', 'GET  404'])
      expect(await scene.call('echo')).toContain('Session not found')
    })
  })

  describe('whose answer’s stream is cut behind its first message', () => {
    const rule = { fault: 'cut', stream: 'post', match: 'tool:until-told', after: '1 messages', times: 1 } as const

    test.each(['clean', 'fin', 'rst'])(
      'by %s resumes it by GET with the last id it got, and has the answer',
      async (end) => {
        const scene = await sdkThrough(sdk, { rules: [{ ...rule, end }] })
        const call = scene.call('until-told')
        await until(() => scene.gets().length === 2)
        scene.server.told.emit('go')
        expect(await call).toBe('told')
        expect(since(scene, OPENING)).toEqual(['POST tools/call 200', expect.stringMatching(/^GET e\d+ 200$/)])
        expect(scene.progress).toEqual([0])
        expect(scene.errors.every((text) => text === 'SSE stream disconnected: TypeError: terminated')).toBe(true)
      },
    )

    test.each(['mid-event', 'mid-char'])('%s resumes before that event, and gets it once', async (at) => {
      const scene = await sdkThrough(sdk, {
        rules: [{ ...rule, end: 'rst', at, match: 'tool:wörter', after: '1 events' }],
      })
      scene.server.sessions.get(scene.session)!.server.registerTool('wörter', {}, async ({ mcpReq }) => {
        const progress = { progressToken: mcpReq._meta?.progressToken, progress: 1, message: 'zwölf' }
        await mcpReq.notify({ method: 'notifications/progress', params: progress })
        return { content: [{ type: 'text', text: 'elf' }] }
      })
      expect(await scene.call('wörter')).toBe('elf')
      expect(scene.progress).toEqual([1])
      expect(since(scene, OPENING).filter((line) => line.startsWith('GET'))).toEqual([
        expect.stringMatching(/^GET e\d+ 200$/),
      ])
    })

    test('by silence waits for its time-out, cancels, and asks for nothing again', async () => {
      const scene = await sdkThrough(sdk, { rules: [{ ...rule, end: 'hang' }] })
      expect(await scene.call('until-told', 250)).toMatch(/Request timed out/)
      await until(() => scene.requests.length > OPENING + 1)
      expect(scene.requests.slice(OPENING).map(({ method }) => method)).toEqual([
        'tools/call',
        'notifications/cancelled',
      ])
    })
  })

  describe('whose GET stream is cut', () => {
    const rule = { fault: 'cut', stream: 'get', after: '1 events', times: 1 } as const

    test.each(['clean', 'fin', 'rst'])(
      'by %s opens it again with the last id, and hears what it missed',
      async (end) => {
        const scene = await sdkThrough(sdk, { rules: [{ ...rule, end }] })
        await scene.notify()
        await until(() => scene.gets().length === 1 && scene.heard.length === 1)
        await scene.notify()
        await until(() => scene.heard.length === 2)
        expect(since(scene, OPENING)).toEqual([expect.stringMatching(/^GET e\d+ 200$/)])
        expect(delays(scene)[1]).toBeGreaterThan(18)
      },
    )

    test('by silence does nothing: it hears no more, while calls go on', async () => {
      const scene = await sdkThrough(sdk, { rules: [{ ...rule, end: 'hang' }] })
      await scene.notify()
      await until(() => scene.heard.length === 1)
      await scene.notify()
      expect(await scene.call('echo')).toBe('hello')
      expect([scene.heard.length, scene.gets().length, scene.errors]).toEqual([1, 1, []])
    })
  })

  test('whose silent GET stream is ended again and again comes back for ever: each success begins its count anew', async () => {
    const scene = await sdkThrough(sdk, { rules: [{ fault: 'idle-timeout', idle: '30ms', match: 'stream:get' }] })
    await until(() => scene.gets().filter(({ outcome }) => outcome === 200).length >= 6)
    expect(scene.errors).not.toContain(GIVEN_UP)
    expect(Math.min(...delays(scene).slice(1, 6))).toBeGreaterThan(45)
    expect(await scene.call('echo')).toBe('hello')
  })

  test('behind a buffer hears progress with the answer only, and notices nothing', async () => {
    const scene = await sdkThrough(sdk, { rules: [{ fault: 'buffer', match: 'stream:post' }] })
    const call = scene.call('until-told')
    await until(() => scene.requests.at(-1)?.outcome === 200 && scene.server.told.listenerCount('go') === 1)
    expect(scene.progress).toEqual([])
    scene.server.told.emit('go')
    expect([await call, scene.progress, scene.errors]).toEqual(['told', [0], []])
  })

  test('behind a buffer gives up by its time-out, though the server is at work: progress does not keep it', async () => {
    const scene = await sdkThrough(sdk, { rules: [{ fault: 'buffer', match: 'stream:post' }] })
    expect(await scene.call('until-told', 150)).toMatch(/Request timed out/)
    expect(scene.progress).toEqual([])
  })

  test('whose credential expires, without a way to get another, fails each call with 401 and tries nothing', async () => {
    const scene = await sdkThrough(sdk)
    await scene.proxy.faults.add({ fault: 'auth-expire' })
    for (const told of [await scene.call('echo'), await scene.call('echo')]) expect(told).toContain('invalid_token')
    expect(since(scene, OPENING)).toEqual(['POST tools/call 401', 'POST tools/call 401'])
  })

  test.each([
    ['refuse', 'ECONNREFUSED'],
    ['502', 502],
    ['503', 503],
  ])(
    'of a server that is down (%s) loses its GET stream for good, and uses its session when it is back',
    async (as, seen) => {
      const scene = await sdkThrough(sdk)
      const { id } = await scene.proxy.faults.add({ fault: 'down', as })
      await until(() => scene.errors.includes(GIVEN_UP))
      expect(scene.gets().map(({ outcome }) => outcome)).toEqual([200, seen, seen])
      expect(await scene.call('echo')).toMatch(/^error: /)
      await scene.proxy.faults.remove(id)
      expect(await scene.call('echo')).toBe('hello')
      expect([scene.gets().length, scene.closed]).toEqual([3, false])
      expect(scene.requests.filter(({ method }) => method === 'initialize')).toHaveLength(1)
    },
  )
})
