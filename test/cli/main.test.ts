import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { captureFixture } from '../support/capture-fixture.ts'
import { cli, type CliProcess } from '../support/cli-process.ts'
import { demoServer, demoVisitor } from '../support/demo-server.ts'
import { temporaryFolder } from '../support/temporary.ts'

interface Ready {
  readonly proxy: string
  readonly ui: string | null
  readonly token: string | null
  readonly db: string
  readonly pid: number
}

const ready = async (started: CliProcess): Promise<Ready> => {
  await expect.poll(started.stdout).toContain('\n')
  return JSON.parse(started.stdout()) as Ready
}

/** A port somebody listens at. */
const takenPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const failure = async (args: readonly string[], env: Record<string, string> = {}) => {
  const started = cli(args, env)
  const code = await started.ended
  return { code, stdout: started.stdout(), stderr: started.stderr() }
}

describe('a proxy', () => {
  test('is ready with one line of JSON, and traffic through it is recorded', async () => {
    const { url } = await demoServer()
    const started = cli([url, '--port', '0', '--ui-port', '0', '--json'])
    const { proxy, ui, token, db, pid } = await ready(started)
    expect(pid).toBe(started.child.pid)
    expect(new URL(proxy).pathname).toBe('/mcp')
    expect(db).toBe(join(started.folder, 'mitmcp/capture.db'))

    const client = await demoVisitor(proxy, false)
    expect(await client.callTool({ name: 'echo', arguments: { text: 'through' } })).toMatchObject({
      content: [{ text: 'through' }],
    })
    const sessions = async () => {
      const answer = await fetch(`${ui}api/sessions`, { headers: { authorization: `Bearer ${token}` } })
      return (await answer.json()) as object[]
    }
    await expect.poll(sessions).toMatchObject([{ client: { name: 'visitor' }, calls: 2 }])

    started.child.kill('SIGTERM')
    expect(await started.ended).toBe(0)
    expect(started.stdout().trimEnd().split('\n')).toHaveLength(1)

    const ls = cli(['ls', '--json'], { MITMCP_DB: db })
    expect(await ls.ended).toBe(0)
    expect(JSON.parse(ls.stdout())).toMatchObject({ client: { name: 'visitor' }, pending: 0 })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 0 within 2 s, with a stream open', async (signal) => {
    const { url } = await demoServer()
    const started = cli([url, '--port', '0', '--ui-port', '0', '--json'])
    await demoVisitor((await ready(started)).proxy, false)
    const at = performance.now()
    started.child.kill(signal)
    expect(await started.ended).toBe(0)
    expect(performance.now() - at).toBeLessThan(2000)
  })

  test('listens also when the target is away, says so, and answers 502 as itself', async () => {
    const started = cli(['http://127.0.0.1:1/mcp', '--port', '0', '--no-ui', '--json'])
    const { proxy, ui } = await ready(started)
    expect(ui).toBeNull()
    const answer = await fetch(proxy, { method: 'POST', body: '{}' })
    expect(answer.status).toBe(502)
    expect(answer.headers.get('x-mitmcp-error')).toBe('UPSTREAM_UNREACHABLE')
    await expect.poll(started.stderr).toContain('Nothing listens at 127.0.0.1:1 yet (ECONNREFUSED).')
  })

  test('takes its settings from the environment, and names what it borrowed', async () => {
    const started = cli(['http://127.0.0.1:1/mcp', '--no-ui', '--json'], { MCP_PORT: '0', MCP_WORKERS: '4' })
    await ready(started)
    await expect.poll(started.stderr).toContain('Using MCP_PORT from the environment, because MITMCP_PORT is not set.')
    expect(started.stderr()).toContain('MCP_WORKERS is set; it is a setting of servers')
  })
})

describe('bad input', () => {
  test('a named port that is taken: by whom, and what to do', async () => {
    const port = await takenPort()
    const { code, stdout, stderr } = await failure(['http://127.0.0.1:1/', '--port', String(port), '--no-ui'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(new RegExp(`^error Port ${port}.* is taken.* \\[LISTEN_FAILED\\]\n hint .*--port 0`))
    expect(stderr).toContain(`pid ${process.pid}`)
  })

  test('the target’s own port', async () => {
    const port = await takenPort()
    const { code, stderr } = await failure([`http://127.0.0.1:${port}/`, '--port', String(port), '--no-ui'])
    expect(code).toBe(2)
    expect(stderr).toContain('[SELF_TARGET]')
  })

  test('a capture that is no SQLite file is left untouched', async () => {
    const file = join(temporaryFolder(), 'notes.txt')
    writeFileSync(file, 'my notes, more than a hundred bytes of them. '.repeat(5))
    const before = readFileSync(file)
    const { code, stderr } = await failure(['http://127.0.0.1:1/', '--port', '0', '--no-ui', '--db', file])
    expect(code).toBe(2)
    expect(stderr).toContain('[STORE_NOT_A_CAPTURE]')
    expect(readFileSync(file)).toEqual(before)
    expect(existsSync(`${file}-wal`)).toBe(false)
  })

  test('a capture of a newer version', async () => {
    const { path, db } = captureFixture()
    db.pragma('user_version = 999')
    db.pragma('wal_checkpoint(TRUNCATE)')
    const { code, stderr } = await failure(['http://127.0.0.1:1/', '--port', '0', '--no-ui', '--db', path])
    expect(code).toBe(2)
    expect(stderr).toContain('[STORE_NEWER]')
    expect(new Database(path, { readonly: true }).pragma('user_version', { simple: true })).toBe(999)
  })

  test('a folder that cannot be written', async () => {
    const folder = join(temporaryFolder(), 'locked')
    mkdirSync(folder)
    chmodSync(folder, 0o500)
    // root may write anywhere: there a file in the place of the folder stands for it
    if (process.getuid?.() === 0) writeFileSync(join(folder, 'sub'), '')
    const { code, stderr } = await failure([
      'http://127.0.0.1:1/',
      '--port',
      '0',
      '--no-ui',
      '--db',
      join(folder, 'sub', 'a.db'),
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(/\[STORE_OPEN_FAILED\]\n hint /)
  })

  test('several problems of a settings file, all at once', async () => {
    const file = join(temporaryFolder(), 'mitmcp.yaml')
    writeFileSync(file, 'target: http://127.0.0.1:1/\nprot: 1\nrecord: some\n')
    const { code, stderr } = await failure(['--config', file])
    expect(code).toBe(2)
    expect(stderr).toContain(`${file}:2:1  prot: unknown key; did you mean port?`)
    expect(stderr).toContain(`${file}:3:9  record: must be full, heads or metadata`)
  })
})

test('a reader that goes away ends it quietly', async () => {
  const started = cli(['--help'])
  started.child.stdout?.destroy()
  expect(await started.ended).toBe(0)
  expect(started.stderr()).toBe('')
})
