import { expect, test } from 'vitest'
import { startDemoServer } from '../../src/demo/server.ts'
import { demoServer } from '../support/demo-server.ts'

test('it is on loopback, at /mcp and nowhere else', async () => {
  const { url } = await demoServer()
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
  expect((await fetch(new URL('/other', url))).status).toBe(404)
})

test('closing frees the port, also before the SDK is loaded', async () => {
  const server = await startDemoServer()
  await server.close()
  await expect(fetch(server.url)).rejects.toThrow('fetch failed')
})
