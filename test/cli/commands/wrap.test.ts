import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { cli } from '../../support/cli-process.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

const BEFORE = `{
  "mcpServers": {
    "fs": { "command": "npx", "args": ["-y", "fs"], "env": { "KEY": "secret" } },
    "shop": { "url": "https://shop.test/mcp" } // the shop
  }
}
`

/** A home folder with the file of Cursor in it, and our program in it. */
const home = (text = BEFORE) => {
  const folder = temporaryFolder()
  const file = join(folder, '.cursor', 'mcp.json')
  mkdirSync(join(folder, '.cursor'))
  mkdirSync(join(folder, 'project'))
  writeFileSync(file, text)
  const mitmcp = async (...args: string[]) => {
    const started = cli(args, { HOME: folder, XDG_CONFIG_HOME: '' }, join(folder, 'project'))
    const code = await started.ended
    return { code, stdout: started.stdout(), stderr: started.stderr() }
  }
  return {
    folder,
    file,
    mitmcp,
    read: () => readFileSync(file, 'utf8'),
    list: join(folder, '.config/mitmcp/wrapped.json'),
  }
}

const json = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('wrap', () => {
  test('puts us in front of every server of a client, and unwrap takes us out again', async () => {
    const { file, mitmcp, read, list } = home()
    const wrapped = await mitmcp('wrap', 'cursor')
    expect([wrapped.code, wrapped.stderr]).toEqual([0, ''])
    expect(wrapped.stdout).toMatch(/2 servers wrapped\. Restart Cursor\. Undo it: .*unwrap cursor\n/)
    expect(wrapped.stdout).toMatch(/reached only while this runs: .* --config ~\/\.config\/mitmcp\/wrapped\.json\n/)
    expect(read()).toBe(
      BEFORE.replace(
        '"command": "npx", "args": ["-y",',
        `"command": "${process.execPath}", "args": ["${MAIN}", "stdio", "--name", "fs", "--", "npx", "-y",`,
      ).replace('https://shop.test/mcp', 'http://127.0.0.1:6301/mcp'),
    )
    expect(readFileSync(`${file}.bak`, 'utf8')).toBe(BEFORE)

    const again = await mitmcp('wrap', 'cursor')
    expect([again.code, again.stdout.match(/is wrapped already/g)]).toEqual([0, Array(2).fill('is wrapped already')])

    const listed = await mitmcp('wrap', '--list')
    expect(listed.stdout).toMatch(/^Cursor {2}~\/\.cursor\/mcp\.json {2}fs, shop {2}-$/m)

    expect(await mitmcp('unwrap', 'cursor')).toMatchObject({ code: 0, stderr: '' })
    expect([read(), existsSync(`${file}.bak`), existsSync(list)]).toEqual([BEFORE, false, false])
    expect((await mitmcp('unwrap', 'cursor')).stdout.match(/is not wrapped/g)).toHaveLength(2)
  })

  test('with --dry-run only says what it would do', async () => {
    const { file, mitmcp, read, list } = home()
    const { code, stdout } = await mitmcp('wrap', 'cursor', '--dry-run', '--json')
    expect(code).toBe(0)
    expect(json(stdout)).toMatchObject([
      { file, name: 'fs', state: 'changed', before: 'npx -y fs', dryRun: true },
      { file, name: 'shop', state: 'changed', after: 'http://127.0.0.1:6301/mcp' },
    ])
    expect([read(), existsSync(`${file}.bak`), existsSync(list)]).toEqual([BEFORE, false, false])
  })

  test('the proxies of wrapped servers run with the list as configuration', async () => {
    const { folder, mitmcp, list } = home()
    expect((await mitmcp('wrap', 'cursor')).code).toBe(0)
    // the port it chose may be taken on this machine
    const port = await freePort()
    writeFileSync(list, readFileSync(list, 'utf8').replace('"port": 6301', `"port": ${port}`))
    const started = cli(['--config', list, '--no-ui', '--json'], { HOME: folder, XDG_CONFIG_HOME: '' })
    await expect.poll(started.stdout).toContain('\n')
    expect(JSON.parse(started.stdout())).toMatchObject({
      servers: [{ name: 'shop', url: `http://127.0.0.1:${port}/mcp` }],
    })
  })

  test('lists clients whose files cannot be read too', async () => {
    const { mitmcp } = home('{')
    expect((await mitmcp('wrap', '--list', '--json')).stdout).toContain('is no JSON: close brace expected')
    const { stdout } = await mitmcp('wrap')
    expect(stdout).toMatch(/Cursor .*mcp\.json:1:2 is no JSON/)
  })
})

describe('bad input', () => {
  test('a file that is no JSON: its place, nothing written', async () => {
    const { file, mitmcp, read, list } = home('{"mcpServers": {"a": {"command": "x"}, }} trailing')
    const { code, stderr } = await mitmcp('wrap', 'cursor')
    expect(code).toBe(2)
    expect(stderr).toBe(`error ${file}:1:43 is no JSON: invalid symbol. [CONFIG_INVALID]\n hint Nothing was changed.\n`)
    expect([read().endsWith('trailing'), existsSync(`${file}.bak`), existsSync(list)]).toEqual([true, false, false])
  })

  test('one bad file of a client keeps the others from being changed', async () => {
    const { folder, mitmcp, read } = home()
    mkdirSync(join(folder, 'project', '.cursor'))
    writeFileSync(join(folder, 'project', '.cursor', 'mcp.json'), 'nonsense')
    expect((await mitmcp('wrap', 'cursor')).code).toBe(2)
    expect(read()).toBe(BEFORE)
  })

  test('a file without servers, a client without files, a word that is neither', async () => {
    const { file, mitmcp } = home('{"theme": "dark"}')
    expect((await mitmcp('wrap', file)).stderr).toContain('has no list of MCP servers.')
    expect(await mitmcp('wrap', 'cursor')).toMatchObject({ code: 0 })
    expect((await mitmcp('wrap', 'claude-desktop')).stderr).toContain('Claude Desktop has no list of servers here.')
    const { code, stderr } = await mitmcp('wrap', 'cursur')
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean cursor ?')])
  })
})
