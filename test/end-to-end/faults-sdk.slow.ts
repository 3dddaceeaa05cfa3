// As `faults-sdk.test.ts`, with the waits the SDK chooses itself.
import { describe, expect, test } from 'vitest'
import { SDKS, sdkThrough, until, type SdkScene } from '../support/sdk-faulty.ts'

/** Seconds between GETs. */
const gaps = (scene: SdkScene): number[] =>
  scene
    .gets()
    .slice(1)
    .map(({ at }, n) => (at - scene.gets()[n]!.at) / 1000)

/** Not before that, and no more behind it than a busy machine takes. */
const about = (seconds: number, measured: number | undefined): void => {
  expect(measured).toBeGreaterThan(seconds - 0.01)
  expect(measured).toBeLessThan(seconds + 0.35)
}

describe.each(SDKS)('the %s client, left to itself,', (sdk) => {
  test('comes back to a server that refuses after 1.0 and 1.5 s, and then no more', async () => {
    const scene = await sdkThrough(sdk, { reconnectMs: 'own' })
    await scene.proxy.faults.add({ fault: 'down' })
    const from = performance.now() - scene.gets()[0]!.at
    await until(() => scene.errors.some((text) => text.startsWith('Maximum reconnection attempts')))
    const [first = 0, second] = gaps(scene)
    about(1, first - from / 1000)
    about(1.5, second)
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect(scene.gets()).toHaveLength(3)
  })

  test('comes back after 1.0 s each time, without end, to a stream that opens and is ended', async () => {
    const scene = await sdkThrough(sdk, {
      reconnectMs: 'own',
      rules: [{ fault: 'idle-timeout', idle: '100ms', match: 'stream:get' }],
    })
    await until(() => scene.gets().length === 6)
    expect(scene.errors).not.toContain('Maximum reconnection attempts (2) exceeded.')
    for (const gap of gaps(scene)) about(1.1, gap)
  })

  test('resumes the stream of a call after 1.0 s', async () => {
    const scene = await sdkThrough(sdk, {
      reconnectMs: 'own',
      rules: [{ fault: 'cut', stream: 'post', match: 'tool:until-told', after: '1 messages', end: 'rst', times: 1 }],
    })
    const call = scene.call('until-told')
    await until(() => scene.errors.length > 0)
    const cutAt = performance.now()
    await until(() => scene.gets().length === 2)
    about(1, (scene.gets()[1]!.at - cutAt) / 1000)
    scene.server.told.emit('go')
    expect(await call).toBe('told')
  })
})
