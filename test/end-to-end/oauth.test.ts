import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { createProxies, createProxy, type ProxyOptions } from '../../src/proxy.ts'
import { openReader } from '../../src/store/reader.ts'
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from '../support/authorization-server.ts'
import { v1Login, v2Login } from '../support/oauth-story.ts'
import { type ProtectedServer, startProtectedServer } from '../support/protected-server.ts'
import { refusal } from '../support/sdk-v1-client.ts'
import { temporaryFolder } from '../support/temporary.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** A protected server with its authorization server. */
async function servers(options: AuthorizationServerOptions & { strict?: boolean } = {}) {
  const authorization = await startAuthorizationServer(options)
  closing.push(() => authorization.close())
  const server = await startProtectedServer({ authorization, strict: options.strict ?? false })
  closing.push(() => server.close())
  return { authorization, server }
}

async function proxyFor(target: string, options: Partial<ProxyOptions> = {}) {
  const db = join(temporaryFolder(), 'capture.db')
  const proxy = await createProxy({ target, port: 0, ui: false, db, ...options })
  closing.push(() => proxy.close())
  const told: string[] = []
  proxy.onNotice((message) => told.push(message))
  return { proxy, db, told }
}

const logins = [
  ['v1', v1Login],
  ['v2', v2Login],
] as const

/** Every edit on record, as rule, before and after. */
function editsIn(db: string): string[] {
  const reader = openReader(db)
  onTestFinished(() => reader.close())
  return reader
    .frames({ limit: 1000 })
    .rows.flatMap(({ id }) => reader.frame(id)!.editList)
    .map(({ rule, removed, inserted }) => `${rule}: ${removed} → ${inserted}`)
}

/** What a login and the calls behind it leave in a capture must be none of these. */
function expectNoSecret(db: string, { secrets }: AuthorizationServer): void {
  const bytes = [db, `${db}-wal`].map((file) => {
    try {
      return readFileSync(file)
    } catch {
      return Buffer.alloc(0)
    }
  })
  expect(secrets.size).toBeGreaterThan(3)
  expect([...secrets].filter((secret) => bytes.some((file) => file.includes(secret)))).toEqual([])
}

describe.each(logins)('the %s client logs in', (_, login) => {
  test('through the proxy as without it, and its token is refreshed (law 12, law 34)', async () => {
    const { authorization, server } = await servers()
    const direct = await login(server.url, authorization.expire)
    const asked = [...authorization.asked]
    const { proxy, db, told } = await proxyFor(server.url)
    expect(await login(proxy.url, authorization.expire)).toEqual(direct)
    const again = authorization.asked.slice(asked.length)
    expect(again.map((line) => line.replace(proxy.url, server.url))).toEqual(asked)
    expect(told).toEqual([])
    await proxy.flush()
    const { origin: own } = new URL(proxy.url)
    const { origin: upstream } = new URL(server.url)
    const edits = editsIn(db)
    expect(edits).toContain(`resource-metadata: ${upstream} → ${own}`)
    expect(edits).toContain(`resource: ${upstream} → ${own}`)
    expect(new Set(edits.map((edit) => edit.slice(0, edit.indexOf(':'))))).toEqual(
      new Set(['host', 'resource-metadata', 'resource', ...(upstream.length === own.length ? [] : ['length'])]),
    )
    expectNoSecret(db, authorization)
  })

  test('is told of forward mode when the authorization server knows the server by its own name only', async () => {
    const authorization = await startAuthorizationServer()
    closing.push(() => authorization.close())
    const server = await startProtectedServer({ authorization, strict: true })
    closing.push(() => server.close())
    const { proxy, told } = await proxyFor(server.url)
    expect(await refusal(login(proxy.url, authorization.expire))).toHaveProperty('name')
    expect(told).toEqual([expect.stringMatching(/^The server refuses a token as not meant for it: .*mitmcp forward/)])
  })

  test('cannot when nothing is rewritten, as the metadata names another server', async () => {
    const { authorization, server } = await servers()
    const { proxy, db } = await proxyFor(server.url, { rewrite: false })
    const { message } = (await refusal(login(proxy.url, authorization.expire))) as { message: string }
    expect(message).toMatch(/does not match|expected/i)
    await proxy.flush()
    expect(editsIn(db)).toEqual([])
  })

  test('to one of many servers behind one listener', async () => {
    const { authorization, server } = await servers()
    const proxies = await createProxies({
      servers: [
        { name: 'other', target: 'http://127.0.0.1:1/mcp' },
        { name: 'own', target: server.url },
      ],
      oneListener: { port: 0 },
      ui: false,
      db: false,
    })
    closing.push(() => proxies.close())
    const direct = await login(server.url, authorization.expire)
    expect(await login(proxies.servers[1]!.url, authorization.expire)).toEqual(direct)
    expect(server.resources).toEqual(new Set([server.url, proxies.servers[1]!.url]))
  })
})

describe('what is never rewritten (law 13)', () => {
  const well = async (base: string, path: string): Promise<string> => {
    const response = await fetch(new URL(path, base))
    return `${response.status} ${await response.text()}`
  }

  const same = async (server: ProtectedServer, url: string): Promise<void> => {
    for (const path of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/.well-known/none',
      '/authorize',
      '/token',
      '/health',
    ]) {
      expect([path, await well(url, path)]).toEqual([path, await well(server.url, path)])
    }
  }

  test('metadata of authorization servers, and every other path, are those of the upstream', async () => {
    const { authorization, server } = await servers()
    const { proxy } = await proxyFor(server.url)
    await same(server, proxy.url)
    expect(await well(proxy.url, '/.well-known/oauth-authorization-server')).toContain(
      `"issuer":"${authorization.issuer}"`,
    )
  })

  test('protected resource metadata keeps all but the origin of its resource, byte for byte', async () => {
    const { server } = await servers()
    const { proxy } = await proxyFor(server.url)
    const path = '/.well-known/oauth-protected-resource/mcp'
    const direct = await well(server.url, path)
    expect(await well(proxy.url, path)).toBe(direct.replace(server.url, proxy.url))
  })
})
