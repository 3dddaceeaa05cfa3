/** OAuth through forward mode: clients keep the servers' own URLs, so nothing is rewritten, and a strict server is content. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EnvHttpProxyAgent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { createForward } from '../../src/proxy.ts'
import { openReader } from '../../src/store/reader.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { v1Login, v2Login } from '../support/oauth-story.ts'
import { startProtectedServer } from '../support/protected-server.ts'
import { authorityFolder } from '../support/start-forward.ts'
import { temporaryFolder } from '../support/temporary.ts'

test.each([
  ['v1', v1Login],
  ['v2', v2Login],
])('law 34: the %s client logs in, calls, and refreshes its token, and no byte is changed', async (_name, login) => {
  const authorization = await startAuthorizationServer({})
  onTestFinished(() => authorization.close())
  const server = await startProtectedServer({ authorization, strict: true })
  onTestFinished(() => server.close())
  const db = join(temporaryFolder(), 'capture.db')
  const proxy = await createForward({ port: 0, ui: false, db, authority: authorityFolder })
  onTestFinished(() => proxy.close())
  const before = getGlobalDispatcher()
  const agent = new EnvHttpProxyAgent({ httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: '' })
  setGlobalDispatcher(agent)
  onTestFinished(async () => {
    setGlobalDispatcher(before)
    await agent.destroy()
  })

  const told = await login(server.url, () => authorization.expire())
  expect(told.called).toEqual(told.refreshed)
  expect([...server.resources]).toEqual([server.url])
  await proxy.flush()

  const reader = openReader(db)
  onTestFinished(() => reader.close())
  const frames = reader.frames({ limit: 1000 }).rows.map(({ id }) => reader.frame(id)!)
  const flows = reader.flows({ limit: 1000 })
  const targets = flows.map(({ target }) => target)
  expect(targets).toContain('/.well-known/oauth-protected-resource/mcp')
  expect(targets).toContain('/mcp')
  // our answers to CONNECT are the only bytes of ours
  expect(new Set(frames.flatMap(({ editList }) => editList.map(({ rule }) => rule)))).toEqual(new Set(['connect']))
  const metadata = frames.filter(({ id }) => Buffer.from(reader.payload(id) ?? []).includes('"authorization_servers"'))
  expect(metadata.length).toBeGreaterThan(0)
  for (const { id } of metadata) {
    expect(JSON.parse(Buffer.from(reader.payload(id) ?? []).toString())).toMatchObject({ resource: server.url })
  }
  const bytes = readFileSync(db)
  for (const secret of authorization.secrets) expect(bytes.includes(secret)).toBe(false)
})
