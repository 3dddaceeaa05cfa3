import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { programLine } from '../../src/cli/client-files.ts'
import { stdioLine } from '../../src/cli/serve-servers.ts'
import { fakeContext } from '../support/cli-context.ts'
import { temporaryFolder } from '../support/temporary.ts'

const FILE = `
servers:
  shop: http://127.0.0.1:1/mcp
  docs: {target: "http://127.0.0.1:2/mcp", port: 7001, headers: {X-A: file, X-B: file}}
  fs: {command: npx -y fs-server "/my data", env: {FS_TOKEN: x}, cwd: /srv}
`

/** As clients are to start us, from any folder. */
const PROGRAM = programLine({ env: {}, command: 'npx mitmcp' })

const served = async (args: readonly string[], text = FILE, env: Record<string, string> = {}) => {
  const file = join(temporaryFolder(), 'mitmcp.yaml')
  writeFileSync(file, text)
  const context = fakeContext({ env })
  context.stop()
  const code = await run(['--config', file, ...args], context)
  return { code, asked: context.askedForAll[0], stdout: context.output.stdout(), stderr: context.output.stderr() }
}

describe('several servers', () => {
  test('are told in tables: where clients go, and what to put in the place of commands', async () => {
    const { code, stdout } = await served([])
    expect(code).toBe(0)
    expect(stdout).toBe(`mitmcp 1.2.3 stands in front of 2 servers

  Open in a browser       http://127.0.0.1:6273/#token=secret
  Recorded in             /data/capture.db
  Follow it here          npx mitmcp tail
  List what was recorded  npx mitmcp ls

  Server  Point your client here     It is passed on to
  shop    http://127.0.0.1:6278/mcp  http://127.0.0.1:1/mcp
  docs    http://127.0.0.1:7001/mcp  http://127.0.0.1:2/mcp

  Server  Started by its client: put this in the place of its command
  fs      ${PROGRAM} stdio --name fs -- npx -y fs-server '/my data'
  fs needs in its environment, as before: FS_TOKEN
  fs is started in /srv, as before

  Ctrl-C stops it. What was recorded stays.
Stopped. 2 connections, 2.0 kB recorded. Look back: npx mitmcp ls
`)
  })

  test('are all listed by --json', async () => {
    const { stdout } = await served(['--json'])
    expect(JSON.parse(stdout)).toEqual({
      servers: [
        { name: 'shop', url: 'http://127.0.0.1:6278/mcp', target: 'http://127.0.0.1:1/mcp' },
        { name: 'docs', url: 'http://127.0.0.1:7001/mcp', target: 'http://127.0.0.1:2/mcp' },
      ],
      stdio: [{ name: 'fs', command: `${PROGRAM} stdio --name fs -- npx -y fs-server '/my data'` }],
      ui: 'http://127.0.0.1:6273/',
      token: 'secret',
      db: '/data/capture.db',
      pid: process.pid,
    })
  })

  test('take what flags say, each of them, and keep what is their own', async () => {
    const { asked } = await served(['--insecure', '--header', 'X-A: flag', '--db', '/tmp/a.db', '--no-redact'])
    expect(asked).toEqual({
      db: '/tmp/a.db',
      redact: { enabled: false },
      ui: {},
      servers: [
        { name: 'shop', target: 'http://127.0.0.1:1/mcp', insecure: true, headers: [['X-A', 'flag']] },
        {
          name: 'docs',
          target: 'http://127.0.0.1:2/mcp',
          port: 7001,
          insecure: true,
          headers: [
            ['X-B', 'file'],
            ['X-A', 'flag'],
          ],
        },
      ],
    })
  })

  test('may share a listener, on the port that was named', async () => {
    const { asked } = await served(['--one-listener', '--port', '7000'])
    expect(asked).toMatchObject({ oneListener: { port: 7000 }, servers: [{ name: 'shop' }, { name: 'docs' }] })
  })

  test('cannot share a port without', async () => {
    const { code, stderr, asked } = await served(['--port', '7000'])
    expect([code, asked]).toEqual([2, undefined])
    expect(stderr).toContain('One port was named for several servers. [OPTION_INVALID]\n hint Give each its port')
  })

  test('that are all started by clients leave the page', async () => {
    const { code, asked, stdout } = await served([], 'servers: {fs: {command: x}}\n')
    expect([code, asked]).toEqual([0, { ui: {}, servers: [] }])
    expect(stdout).toContain(`${PROGRAM} stdio --name fs -- x`)
  })

  test('that are all started by clients leave nothing without a page', async () => {
    const { code, stderr } = await served(['--no-ui'], 'servers: {fs: {command: x}}\n')
    expect(code).toBe(2)
    expect(stderr).toContain('None of these servers has a URL')
  })

  test('are left alone when a URL is named', async () => {
    const { code, asked } = await served(['http://127.0.0.1:1/'])
    expect([code, asked]).toEqual([0, undefined])
  })
})

test('the line for a client has no path that counts from here', () => {
  expect(PROGRAM).toMatch(/^\/\S+ \/\S+main\.js$/)
  expect(programLine({ env: {}, command: 'mitmcp' })).toBe('mitmcp')
  expect(stdioLine({ name: 'a', command: ['x'] }, 'mitmcp', 'my.db')).toContain(` --db ${process.cwd()}/my.db `)
})

test('the line for a client names the capture when it is not the usual one', () =>
  expect(stdioLine({ name: 'my fs', command: ['x', '${TOKEN}'] }, 'mitmcp', '/tmp/a b.db')).toBe(
    `mitmcp stdio --name 'my fs' --db '/tmp/a b.db' -- x "\${TOKEN}"`,
  ))
