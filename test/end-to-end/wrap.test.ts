import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { cli } from '../support/cli-process.ts'
import { temporaryFolder } from '../support/temporary.ts'

interface Entry {
  readonly command: string
  readonly args: string[]
  readonly env: Record<string, string>
}

const everything = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')),
  'dist/index.js',
)

test('a wrapped server works as before for a client that starts it, and is recorded under its name', async () => {
  const home = temporaryFolder()
  const db = join(home, 'capture.db')
  const file = join(home, '.cursor', 'mcp.json')
  const before = JSON.stringify(
    { mcpServers: { 'my server': { command: process.execPath, args: [everything, 'stdio'], env: { MITMCP_DB: db } } } },
    null,
    2,
  )
  mkdirSync(join(home, '.cursor'))
  writeFileSync(file, before)
  const mitmcp = async (...args: string[]) => {
    const run = cli(args, { HOME: home, XDG_CONFIG_HOME: '' }, home)
    expect([await run.ended, run.stderr()]).toEqual([0, ''])
  }
  await mitmcp('wrap', 'cursor')

  // what a client does with its file
  const { mcpServers } = JSON.parse(readFileSync(file, 'utf8')) as { mcpServers: Record<string, Entry> }
  const { command, args, env } = mcpServers['my server'] as Entry
  const client = new Client({ name: 'visitor', version: '1' })
  await client.connect(
    new StdioClientTransport({ command, args, env: { PATH: process.env['PATH'] ?? '', ...env }, stderr: 'ignore' }),
  )
  expect(await client.callTool({ name: 'echo', arguments: { message: 'through' } })).toMatchObject({
    content: [{ type: 'text', text: 'Echo: through' }],
  })
  await client.close()

  const reader = openReader(db)
  await expect.poll(() => reader.instances()[0]?.endedAt).toEqual(expect.any(Number))
  expect(reader.sessions()).toMatchObject([
    { server: 'my server', transport: 'stdio', client: { name: 'visitor' }, pending: 0 },
  ])
  expect(reader.calls().find(({ method }) => method === 'tools/call')).toMatchObject({ tool: 'echo', outcome: 'ok' })
  reader.close()

  await mitmcp('unwrap', 'cursor')
  expect(readFileSync(file, 'utf8')).toBe(before)
})
