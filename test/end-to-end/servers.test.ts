import { writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cli } from '../support/cli-process.ts'
import { demoServer, demoVisitor } from '../support/demo-server.ts'
import { temporaryFolder } from '../support/temporary.ts'

interface Ready {
  readonly servers: readonly { readonly name: string; readonly url: string; readonly target: string }[]
  readonly stdio: readonly { readonly name: string; readonly command: string }[]
  readonly ui: string
  readonly token: string
  readonly db: string
}

const write = (name: string, text: string): string => {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, text)
  return file
}

const started = async (args: readonly string[]) => {
  const running = cli([...args, '--ui-port', '0', '--json'])
  await expect.poll(() => running.stdout() + running.stderr()).toContain('\n')
  return { running, ready: JSON.parse(running.stdout()) as Ready }
}

/** A client's file with two servers that are there and one that the client starts. */
const clientFile = async () => {
  const [shop, docs] = [await demoServer(), await demoServer()]
  const text = `{
  "mcpServers": {
    "shop": { "url": "${shop.url}" },
    "docs": { "url": "${docs.url}", "headers": { "X-Team": "blue" } },
    "fs": { "command": "npx", "args": ["-y", "fs-server"] }
  }
}`
  return { file: write('mcp.json', text), targets: [shop.url, docs.url] }
}

const talk = async (url: string, text: string) => {
  const client = await demoVisitor(url, false)
  expect(await client.callTool({ name: 'echo', arguments: { text } })).toMatchObject({ content: [{ text }] })
}

describe('the servers of a client’s file', () => {
  test.each([
    ['each behind a listener of its own', []],
    ['all behind one listener', ['--one-listener', '--port', '0']],
  ])('%s: one capture, one page, sessions by name', async (_, flags) => {
    const { file, targets } = await clientFile()
    const { running, ready } = await started(['--config', file, ...flags])
    const [shop, docs] = ready.servers
    expect(ready.servers.map(({ name, target }) => [name, target])).toEqual([
      ['shop', targets[0]],
      ['docs', targets[1]],
    ])
    expect(ready.stdio).toEqual([
      { name: 'fs', command: expect.stringMatching(/main\.js stdio --name fs -- npx -y fs-server$/) },
    ])
    const [shopUrl, docsUrl] = [new URL(shop?.url ?? ''), new URL(docs?.url ?? '')]
    expect(shopUrl.port === docsUrl.port).toBe(flags.length > 0)
    expect(shopUrl.pathname).toBe(flags.length > 0 ? '/s/shop/mcp' : '/mcp')

    await talk(shopUrl.href, 'to the shop')
    await talk(docsUrl.href, 'to the docs')
    const ask = async (path: string) =>
      (await fetch(`${ready.ui}api/${path}`, { headers: { authorization: `Bearer ${ready.token}` } })).json()
    const sessions = async () =>
      ((await ask('sessions')) as { server: string; calls: number }[]).map(({ server }) => server)
    await expect.poll(async () => (await sessions()).toSorted()).toEqual(['docs', 'shop'])
    expect(await ask('status')).toMatchObject({ servers: ready.servers })

    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    const ls = cli(['ls', '--json'], { MITMCP_DB: ready.db })
    expect(await ls.ended).toBe(0)
    expect(ls.stdout()).toContain('"server":"shop"')
    expect(ls.stdout()).toContain('"server":"docs"')
  })
})

describe('bad input', () => {
  test('two servers on one port: every one is told before anything starts, exit 2', async () => {
    const file = write(
      'mitmcp.yaml',
      'ui-port: 7002\nservers:\n  a: {target: "http://a/", port: 7001}\n  b: {target: "http://b/", port: 7001}\n  c: {target: "http://c/", port: 7002}\n',
    )
    for (const args of [
      ['--config', file],
      ['config', 'check', file],
    ]) {
      const run = cli(args)
      expect(await run.ended).toBe(2)
      expect(run.stdout()).toBe('')
      expect(run.stderr()).toContain(
        `${file} has 2 problems:\n  ${file}:4:34  servers.b.port: port 7001 is that of the server a already`,
      )
      expect(run.stderr()).toContain(`${file}:5:34  servers.c.port: port 7002 is that of the page (ui-port) already`)
    }
  })

  test('two ports that are taken: both are told, by whom, exit 2', async () => {
    const ports: number[] = []
    for (let n = 0; n < 2; n++) {
      const holder = createServer().listen(0, '127.0.0.1')
      await once(holder, 'listening')
      onTestFinished(() => void holder.close())
      ports.push((holder.address() as AddressInfo).port)
    }
    const servers = ports.map((port, n) => `  s${n}: {target: "http://127.0.0.1:1/", port: ${port}}\n`).join('')
    const run = cli(['--config', write('mitmcp.yaml', `servers:\n${servers}`), '--no-ui'])
    expect(await run.ended).toBe(2)
    expect(run.stderr()).toMatch(
      new RegExp(`^error Port ${ports[0]} .*\\n +Port ${ports[1]} .*\\[LISTEN_FAILED\\]\\n hint `),
    )
  })
})
