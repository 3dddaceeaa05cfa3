import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { startDemo } from '../../src/cli/demo-process.ts'
import { temporaryFolder } from '../support/temporary.ts'

const ENTRY = new URL('../../dist/demo/traffic.js', import.meta.url)

test('its server answers, and is gone after stop, which may be said twice', async () => {
  const demo = await startDemo(ENTRY)
  onTestFinished(() => demo.stop())
  expect((await fetch(new URL('/other', demo.url))).status).toBe(404)
  await demo.stop()
  await demo.stop()
  await expect(fetch(demo.url)).rejects.toThrow('fetch failed')
})

test('a process that ends before it listens is told', async () => {
  const script = join(temporaryFolder(), 'broken.mjs')
  writeFileSync(script, 'process.exit(3)')
  await expect(startDemo(pathToFileURL(script))).rejects.toThrow('the demo ended before it listened: 3')
})

test('a process that does not leave is killed', async () => {
  const script = join(temporaryFolder(), 'stubborn.mjs')
  writeFileSync(script, `process.on('message', () => {}); process.send({ url: 'http://127.0.0.1:1/mcp' })`)
  const demo = await startDemo(pathToFileURL(script))
  await expect(demo.stop()).resolves.toBeUndefined()
})
